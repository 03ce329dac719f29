using System.Text;
using Platform.OpenAi.Embeddings;

namespace Platform.OpenAi.Tests.Embeddings;

public class EmbeddingsRequestReaderTests
{
    [Theory]
    [InlineData("BadOptions")]
    [InlineData("GenerateMultipleEmbeddingsWithBadOptions(UsingStrings)")]
    [InlineData("GenerateMultipleEmbeddingsWithBadOptions(UsingIntegers)")]
    public void A_recorded_refusal_is_given_in_the_same_words(string recording)
    {
        var exchange = Recordings.Exchange($"Embeddings/{recording}");
        Assert.True(EmbeddingsRequestReader.Read(Encoding.UTF8.GetBytes(exchange.GetProperty("request").GetRawText())).Refused(out var refusal, out _));
        var error = exchange.GetProperty("response").GetProperty("error");
        Assert.Equal(
            (exchange.GetProperty("status").GetInt32(), error.GetProperty("message").GetString(), error.GetProperty("type").GetString(), error.GetProperty("param").GetString(), error.GetProperty("code").GetString()),
            (refusal.Status, refusal.Message, refusal.Type, refusal.Param, refusal.Code));
    }

    [Fact]
    public void A_recorded_request_is_read_with_everything_it_says()
    {
        var exchange = Recordings.Exchange("Embeddings/GenerateMultipleEmbeddings(UsingIntegers)");
        var request = Accepted(exchange.GetProperty("request").GetRawText());
        Assert.Equal((3, 0, true, 456), (request.Inputs.Tokens.Count, request.Inputs.Texts.Count, request.Base64, request.Dimensions));
        Assert.Equal([104, 101, 108, 108, 111], request.Inputs.Tokens[0]);
    }

    [Theory]
    [InlineData("\"a\"", 1, 0, "input")]
    [InlineData("[\"a\",\"b\"]", 2, 0, "input[0] input[1]")]
    [InlineData("[1,2,3]", 0, 1, "input")]
    [InlineData("[[1],[2,3]]", 0, 2, "input[0] input[1]")]
    public void Input_comes_in_four_forms(string input, int texts, int tokens, string names)
    {
        var request = Accepted($$"""{"model":"m","input":{{input}}}""");
        Assert.Equal((texts, tokens, names, false, null), (request.Inputs.Texts.Count, request.Inputs.Tokens.Count, string.Join(' ', request.Inputs.Names), request.Base64, request.Dimensions));
    }

    [Theory]
    [InlineData("\"input\":null", "input", "invalid_type")]
    [InlineData("\"input\":3", "input", "invalid_type")]
    [InlineData("\"input\":{}", "input", "invalid_type")]
    [InlineData("\"input\":true", "input", "invalid_type")]
    [InlineData("\"input\":[null]", "input[0]", "invalid_type")]
    [InlineData("\"input\":[{}]", "input[0]", "invalid_type")]
    [InlineData("\"input\":[\"a\",3]", "input[1]", "invalid_type")]
    [InlineData("\"input\":[\"a\",null]", "input[1]", "invalid_type")]
    [InlineData("\"input\":[1,\"a\"]", "input[1]", "invalid_type")]
    [InlineData("\"input\":[1.5]", "input[0]", "invalid_type")]
    [InlineData("\"input\":[-1]", "input[0]", "integer_below_min_value")]
    [InlineData("\"input\":[99999999999]", "input[0]", "integer_above_max_value")]
    [InlineData("\"input\":[[1],2]", "input[1]", "invalid_type")]
    [InlineData("\"input\":[[1],[\"a\"]]", "input[1][0]", "invalid_type")]
    [InlineData("\"input\":[[1],[]]", "input[1]", "empty_array")]
    [InlineData("\"input\":\"a\",\"dimensions\":\"x\"", "dimensions", "invalid_type")]
    [InlineData("\"input\":\"a\",\"dimensions\":1e30", "dimensions", "invalid_type")]
    [InlineData("\"input\":\"a\",\"encoding_format\":7", "encoding_format", "invalid_type")]
    [InlineData("\"input\":\"a\",\"user\":[]", "user", "invalid_type")]
    [InlineData("\"input\":\"a\",\"user\":\"\\u0000\"", "user", "invalid_value")]
    public void What_is_wrong_is_told_by_its_field(string fields, string param, string code)
    {
        Assert.True(EmbeddingsRequestReader.Read(Encoding.UTF8.GetBytes($"{{\"model\":\"m\",{fields}}}")).Refused(out var error, out _));
        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{\"model\":\"m\",\"input\":\"\\ud800\"}")]
    public void What_is_no_request_at_all_is_refused(string body)
    {
        Assert.True(EmbeddingsRequestReader.Read(Encoding.UTF8.GetBytes(body)).Refused(out var error, out _));
        Assert.Equal((400, "invalid_request_error"), (error.Status, error.Type));
    }

    private static EmbeddingsRequest Accepted(string body)
    {
        Assert.False(EmbeddingsRequestReader.Read(Encoding.UTF8.GetBytes(body)).Refused(out var error, out var request), error?.Message);
        return request!;
    }
}
