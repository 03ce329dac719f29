using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.Fixtures;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
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
        new ChatChunkWriter(Head, false, new EventIds(3)).Content(output, 2, "a\n\nb \u0001\"😀"u8);
        var choice = JsonDocument.Parse(Assert.Single(Events(Encoding.UTF8.GetString(output.WrittenSpan)))).RootElement.GetProperty("choices")[0];
        Assert.Equal(2, choice.GetProperty("index").GetInt32());
        Assert.Equal("a\n\nb \u0001\"😀", choice.GetProperty("delta").GetProperty("content").GetString());
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
        var chunks = new ChatChunkWriter(Head, false, new EventIds(1));
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
        var chunks = new ChatChunkWriter(Head, includeUsage, new EventIds(1));
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
