using System.Text;
using Platform.OpenAi.Completions;
using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Tests.Completions;

public class CompletionRequestReaderTests
{
    /// <summary>Fields beside a valid model; what is wrong with them.</summary>
    public static TheoryData<string, string, string?> WrongFields => new()
    {
        { """ "n":1 """, "prompt", "missing_required_parameter" },
        { """ "prompt":null """, "prompt", "invalid_type" },
        { """ "prompt":5 """, "prompt", "invalid_type" },
        { """ "prompt":[] """, "prompt", "empty_array" },
        { """ "prompt":[true] """, "prompt[0]", "invalid_type" },
        { """ "prompt":["a",1] """, "prompt[1]", "invalid_type" },
        { """ "prompt":[1,"a"] """, "prompt[1]", "invalid_type" },
        { """ "prompt":[1,-1] """, "prompt[1]", "integer_below_min_value" },
        { """ "prompt":[1,2147483648] """, "prompt[1]", "integer_above_max_value" },
        { """ "prompt":[[1],[]] """, "prompt[1]", "empty_array" },
        { """ "prompt":[[1],[1.5]] """, "prompt[1][0]", "invalid_type" },
        { """ "prompt":[[1],"a"] """, "prompt[1]", "invalid_type" },
        { """ "prompt":"a","logprobs":6 """, "logprobs", "integer_above_max_value" },
        { """ "prompt":"a","logprobs":true """, "logprobs", "invalid_type" },
        { """ "prompt":"a","max_tokens":-1 """, "max_tokens", "integer_below_min_value" },
        { """ "prompt":"a","best_of":21 """, "best_of", "integer_above_max_value" },
        { """ "prompt":"a","n":3,"best_of":2 """, "best_of", "invalid_value" },
        { """ "prompt":"a","best_of":2,"stream":true """, "best_of", "invalid_parameter_combination" },
        { """ "prompt":["a","b"],"n":65 """, "prompt", "invalid_value" },
        { """ "prompt":"a","suffix":"b","echo":true """, "suffix", "invalid_parameter_combination" },
        { """ "prompt":"a","suffix":1 """, "suffix", "invalid_type" },
        { """ "prompt":"a","stop":["a","b","c","d","e"] """, "stop", "array_above_max_length" },
        { """ "prompt":"a","stream_options":{} """, "stream_options", null },
        { """ "prompt":"a","temperature":3 """, "temperature", "decimal_above_max_value" },
        { """ "prompt":"a","mirostat":3 """, "mirostat", "integer_above_max_value" },
    };

    [Theory]
    [MemberData(nameof(WrongFields))]
    public void A_wrong_field_is_named(string fields, string param, string? code)
    {
        Assert.True(CompletionRequestReader.Read(Encoding.UTF8.GetBytes($$"""{"model":"m",{{fields}}}""")).Refused(out var error, out _));
        Assert.Equal((400, "invalid_request_error", param, code), (error.Status, error.Type, error.Param, error.Code));
    }

    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("[\"a\",\"b\"]", "a b")]
    [InlineData("[1,2]", "1,2")]
    [InlineData("[[1,2],[3]]", "1,2 3")]
    public void A_prompt_is_text_texts_tokens_or_lists_of_tokens(string prompt, string read) =>
        Assert.Equal(read, string.Join(' ', Accepted($"\"prompt\":{prompt}").Prompts.Select(one => one.Text ?? string.Join(',', one.Tokens!))));

    [Fact]
    public void What_is_not_given_has_openais_defaults()
    {
        var request = Accepted("\"prompt\":\"a\"");
        Assert.Equal((16, 1, 1, false, false, null, ""), (request.MaxTokens, request.Choices, request.BestOf, request.Echo, request.Stream, request.Logprobs, request.User));
        Assert.Equal(3, Accepted("\"prompt\":\"a\",\"n\":3").BestOf);
    }

    private static CompletionRequest Accepted(string fields)
    {
        ApiError? error;
        Assert.False(CompletionRequestReader.Read(Encoding.UTF8.GetBytes($$"""{"model":"m",{{fields}}}""")).Refused(out error, out var request), error?.Message);
        return request!;
    }
}
