using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Chat;

namespace Platform.OpenAi.Tests.Chat;

public class ChatCompletionBodyTests
{
    private static readonly AnswerHead Head = new("chatcmpl-1", 1770950813, "a/model", "fp_0123456789");

    [Fact]
    public void It_has_the_keys_nulls_and_order_of_a_recorded_answer()
    {
        var recorded = Recordings.Exchange("Chat/HelloWorldChat").GetProperty("response");
        Assert.Equal(JsonShape.Of(recorded), JsonShape.Of(Written("Hello!")));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("\"quotes\" \\ and \n\r\t\b\0 controls")]
    [InlineData("é 日本 😀 \u2028 <tag> & '")]
    [InlineData("")]
    public void Text_comes_back_as_it_was(string text) =>
        Assert.Equal(text, Written(text).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());

    [Fact]
    public void Non_ascii_text_is_not_escaped()
    {
        var output = new ArrayBufferWriter<byte>();
        ChatCompletionBody.Write(output, Head, [new ChatChoice("日本 😀"u8.ToArray(), ChatFinish.Stop)], default);
        Assert.Contains("日本 😀", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }

    [Fact]
    public void Log_probabilities_stand_beside_the_message()
    {
        var output = new ArrayBufferWriter<byte>();
        ChatCompletionBody.Write(output, Head, [new ChatChoice("a"u8.ToArray(), ChatFinish.Stop, [new(-9999, "a"u8.ToArray(), [new(-0.1f, "b"u8.ToArray())])])], default);
        Assert.Equal("""{"content":[{"token":"a","logprob":-9999,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-0.1,"bytes":[98]}]}],"refusal":null}""",
            JsonDocument.Parse(output.WrittenMemory).RootElement.GetProperty("choices")[0].GetProperty("logprobs").GetRawText());
    }

    [Fact]
    public void Choices_are_numbered_and_usage_adds_up()
    {
        var output = new ArrayBufferWriter<byte>();
        ChatCompletionBody.Write(output, Head, [new("a"u8.ToArray(), ChatFinish.Stop), new("b"u8.ToArray(), ChatFinish.Length)], new TokenUsage(11, 4, 9));
        var json = JsonDocument.Parse(output.WrittenMemory).RootElement;
        Assert.Equal([(0, "stop"), (1, "length")], json.GetProperty("choices").EnumerateArray().Select(choice => (choice.GetProperty("index").GetInt32(), choice.GetProperty("finish_reason").GetString()!)));
        var usage = json.GetProperty("usage");
        Assert.Equal((11, 9, 20, 4), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32()));
        Assert.Equal("a/model", json.GetProperty("model").GetString());
    }

    private static JsonElement Written(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        ChatCompletionBody.Write(output, Head, [new ChatChoice(Encoding.UTF8.GetBytes(text), ChatFinish.Stop)], new TokenUsage(11, 0, 9));
        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }
}
