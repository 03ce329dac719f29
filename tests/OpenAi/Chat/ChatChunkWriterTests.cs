using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.Fixtures;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Logprobs;
using Platform.OpenAi.Reading;
using Platform.OpenAi.Streaming;

namespace Platform.OpenAi.Tests.Chat;

public class ChatChunkWriterTests
{
    private static readonly AnswerHead Head = new("chatcmpl-1", 1770950834, "a/model", "fp_0123456789");

    [Fact]
    public void A_stream_has_the_chunks_of_a_recorded_one()
    {
        var recorded = Events(Recordings.Exchange("Chat/StreamingStructuredRefusalWorks").GetProperty("response").GetString()!);
        var written = Events(Stream(includeUsage: true));

        Assert.Equal("[DONE]", written[^1]);
        // role, text, finish, usage: obfuscation is padding that the client may not ask for
        int[] kinds = [0, 1, recorded.Count - 3, recorded.Count - 2];
        Assert.Equal(kinds.Select(i => Shape(recorded[i])), written.SkipLast(1).Select(Shape));
        Assert.Equal(Choices(recorded[0]), Choices(written[0]));
        Assert.Equal(Choices(recorded[^3]), Choices(written[2]));
    }

    [Fact]
    public void Usage_is_nowhere_unless_asked_for() => Assert.DoesNotContain("usage", Stream(includeUsage: false), StringComparison.Ordinal);

    [Fact]
    public void A_line_break_in_the_text_does_not_break_the_event()
    {
        var output = new ArrayBufferWriter<byte>();
        new ChatChunkWriter(Head, default, new EventIds(3)).Content(output, 2, "a\n\nb \u0001\"😀"u8);
        var choice = JsonDocument.Parse(Assert.Single(Events(Encoding.UTF8.GetString(output.WrittenSpan)))).RootElement.GetProperty("choices")[0];
        Assert.Equal(2, choice.GetProperty("index").GetInt32());
        Assert.Equal("a\n\nb \u0001\"😀", choice.GetProperty("delta").GetProperty("content").GetString());
    }

    [Fact]
    public void Log_probabilities_come_with_the_text_and_an_empty_list_with_the_role()
    {
        var output = new ArrayBufferWriter<byte>();
        var chunks = new ChatChunkWriter(Head, default, new EventIds(1), logprobs: true);
        chunks.Role(output, 0);
        chunks.Content(output, 0, "é\""u8, [new(-0.5f, new byte[] { 0xc3 }, []), new(0, new byte[] { 0xa9, 0x22 }, [new(-0.25f, "\""u8.ToArray())])]);
        chunks.Finish(output, 0, ChatFinish.Stop);
        Assert.Equal(
            [
                """{"content":[],"refusal":null}""",
                """{"content":[{"token":"\\xc3","logprob":-0.5,"bytes":[195],"top_logprobs":[]},{"token":"\\xa9\\x22","logprob":0,"bytes":[169,34],"top_logprobs":[{"token":"\"","logprob":-0.25,"bytes":[34]}]}],"refusal":null}""",
                "null",
            ],
            Events(Encoding.UTF8.GetString(output.WrittenSpan)).Select(one => JsonDocument.Parse(one).RootElement.GetProperty("choices")[0].GetProperty("logprobs").GetRawText()));
    }

    [Fact]
    public void Padding_fills_the_text_up_to_steps_of_sixteen()
    {
        var output = new ArrayBufferWriter<byte>();
        new ChatChunkWriter(Head, new StreamOptions(false, Obfuscate: true), new EventIds(1)).Content(output, 0, "Hello"u8);
        var padding = JsonDocument.Parse(Assert.Single(Events(Encoding.UTF8.GetString(output.WrittenSpan)))).RootElement.GetProperty("obfuscation").GetString()!;
        Assert.Matches("^[0-9A-Za-z]{11}$", padding);
    }

    [Fact]
    public void Every_chunk_says_what_has_been_used_where_that_is_asked()
    {
        var output = new ArrayBufferWriter<byte>();
        new ChatChunkWriter(Head, new StreamOptions(true, ContinuousUsage: true), new EventIds(1)) { Used = new TokenUsage(3, 1, 2) }.Content(output, 0, "a"u8);
        Assert.Equal(5, JsonDocument.Parse(Assert.Single(Events(Encoding.UTF8.GetString(output.WrittenSpan)))).RootElement.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public void An_error_in_the_stream_is_the_error_object()
    {
        var output = new ArrayBufferWriter<byte>();
        ChatChunkWriter.Error(output, ApiError.Server());
        var error = JsonDocument.Parse(Assert.Single(Events(Encoding.UTF8.GetString(output.WrittenSpan)))).RootElement.GetProperty("error");
        Assert.Equal("server_error", error.GetProperty("type").GetString());
    }

    [Fact]
    public void A_token_allocates_nothing()
    {
        var chunks = new ChatChunkWriter(Head, default, new EventIds(1));
        var output = new ArrayBufferWriter<byte>(1 << 20);
        Assert.Equal(0, Allocation.Of(() =>
        {
            output.Clear();
            for (var i = 0; i < 1000; i++) chunks.Content(output, 0, " token"u8);
        }));
    }

    private static string Stream(bool includeUsage)
    {
        var output = new ArrayBufferWriter<byte>();
        var chunks = new ChatChunkWriter(Head, new StreamOptions(includeUsage), new EventIds(1));
        chunks.Role(output, 0);
        chunks.Content(output, 0, "Hello"u8);
        chunks.Finish(output, 0, ChatFinish.Stop);
        if (includeUsage) chunks.Usage(output, 0, new TokenUsage(26, 0, 10));
        ChatChunkWriter.Done(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static List<string> Events(string stream)
    {
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        return [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(block => block.Split('\n')[^1]).Select(line => { Assert.StartsWith("data: ", line, StringComparison.Ordinal); return line["data: ".Length..]; })];
    }

    private static string Shape(string chunk) => JsonShape.Of(JsonDocument.Parse(chunk).RootElement, "obfuscation");

    private static string Choices(string chunk) => JsonDocument.Parse(chunk).RootElement.GetProperty("choices").GetRawText();
}
