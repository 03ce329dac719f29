using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Responses;

namespace Platform.OpenAi.Tests.Responses;

public class ResponseEventsTests
{
    private static readonly ResponseState Completed = new(ResponseStatus.Completed) { Usage = new ResponseUsage(11, 4, 9, 2), CompletedAt = 1770950814 };

    /// <summary>Behaviour 37: created first, in_progress second, completed last; numbered 0, 1, 2, … without a gap.</summary>
    [Fact]
    public void Events_come_in_the_recorded_order_with_the_recorded_keys()
    {
        var recorded = Recordings.Exchange("Responses/StreamingResponses").GetProperty("response").GetString()!;
        var ours = Parse(Text(Written(One, "Hello", "!", " How")));
        var theirs = Parse(recorded);
        Assert.Equal(Collapsed(theirs), Collapsed(ours));
        Assert.Equal(Enumerable.Range(0, ours.Count).Select(i => (long)i), ours.Select(one => one.Data.GetProperty("sequence_number").GetInt64()));
        Assert.Empty(ours.SelectMany(one => Recorded.Missing(theirs.First(other => other.Name == one.Name).Data, one.Data, one.Name, "obfuscation")));
        Assert.All(ours, one => Assert.Equal(one.Name, one.Data.GetProperty("type").GetString()));
    }

    /// <summary>Behaviour 38: every added has its done, and the done text is the sum of the deltas and the final output.</summary>
    [Fact]
    public void What_is_done_is_the_sum_of_its_deltas()
    {
        var events = Parse(Text(Written(All)));
        Assert.Equal(
            [
                "response.created", "response.in_progress",
                "response.output_item.added", "response.content_part.added", "response.reasoning_text.delta", "response.reasoning_text.done", "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.delta", "response.output_text.done", "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.done", "response.output_item.done",
                "response.completed",
            ],
            events.Select(one => one.Name));
        var output = events[^1].Data.GetProperty("response").GetProperty("output");
        foreach (var (i, item) in output.EnumerateArray().Index())
        {
            var own = events.Where(one => one.Data.TryGetProperty("output_index", out var index) && index.GetInt32() == i).ToList();
            var sum = string.Concat(own.Where(one => one.Name.EndsWith(".delta", StringComparison.Ordinal)).Select(one => one.Data.GetProperty("delta").GetString()));
            var said = item.TryGetProperty("arguments", out var arguments) ? arguments.GetString() : item.GetProperty("content")[0].GetProperty("text").GetString();
            Assert.Equal(said, sum);
            Assert.All(own, one => Assert.Equal(item.GetProperty("id").GetString(), one.Data.TryGetProperty("item_id", out var id) ? id.GetString() : one.Data.GetProperty("item").GetProperty("id").GetString()));
            Assert.Equal(item.GetRawText(), own[^1].Data.GetProperty("item").GetRawText());
        }

        Assert.Equal(2, events[^1].Data.GetProperty("response").GetProperty("usage").GetProperty("output_tokens_details").GetProperty("reasoning_tokens").GetInt32());
    }

    /// <summary>Behaviour 42: a call without arguments still says that they are done, and nothing says [DONE].</summary>
    [Fact]
    public void A_call_without_deltas_is_done_and_no_stream_ends_with_DONE()
    {
        var text = Text(Written(All));
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.Equal(2, Parse(text).Count(one => one.Name == "response.function_call_arguments.done"));
    }

    /// <summary>Behaviour 43: resumes without gap or repeat, after any event.</summary>
    [Fact]
    public void A_stored_response_streams_again_from_any_event()
    {
        var (events, output) = Run(All);
        var stored = new ArrayBufferWriter<byte>();
        Object().Write(stored, Completed with { Output = events.Items });
        var live = Text(output);
        for (var after = -1L; after < events.Sequence; after++)
        {
            var again = new ArrayBufferWriter<byte>();
            Assert.True(ResponseReplay.Write(again, stored.WrittenMemory, events.Deltas, after, obfuscate: false, out var last));
            Assert.Equal(events.Sequence - 1, last);
            Assert.Equal(string.Concat(Parts(live).Skip((int)after + 1)), Text(again));
        }
    }

    [Fact]
    public void A_response_that_was_cut_off_is_incomplete_and_so_is_its_last_item()
    {
        var output = new ArrayBufferWriter<byte>();
        var events = new ResponseEvents(Object(), output);
        events.Begin(queued: true);
        One(events, "cut");
        events.End(new ResponseState(ResponseStatus.Incomplete) { IncompleteReason = "max_output_tokens" });
        var all = Parse(Text(output));
        Assert.Equal(["response.created", "response.queued", "response.in_progress"], all.Take(3).Select(one => one.Name));
        Assert.Equal("queued", all[0].Data.GetProperty("response").GetProperty("status").GetString());
        var last = all[^1].Data.GetProperty("response");
        Assert.Equal(("response.incomplete", "incomplete", "max_output_tokens", "incomplete"), (
            all[^1].Name, last.GetProperty("status").GetString(), last.GetProperty("incomplete_details").GetProperty("reason").GetString(), last.GetProperty("output")[0].GetProperty("status").GetString()));
        Assert.Equal(JsonValueKind.Null, last.GetProperty("completed_at").ValueKind);
    }

    [Theory]
    [InlineData("\"quotes\" \\ and \n\r\t\b\0 controls")]
    [InlineData("é 日本 😀 \u2028 <tag> & '")]
    public void Text_comes_back_as_it_was(string text)
    {
        var events = Parse(Text(Written(One, text)));
        Assert.Equal(text, events.Single(one => one.Name == "response.output_text.delta").Data.GetProperty("delta").GetString());
        Assert.Equal(text, events.Single(one => one.Name == "response.output_text.done").Data.GetProperty("text").GetString());
        Assert.Equal(text, events[^1].Data.GetProperty("response").GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
    }

    private static void One(ResponseEvents events, params string[] deltas)
    {
        events.Add(new OutputItem(OutputKind.Message, "msg_1"));
        foreach (var delta in deltas) events.Delta(Encoding.UTF8.GetBytes(delta));
    }

    private static void All(ResponseEvents events, params string[] none)
    {
        events.Add(new OutputItem(OutputKind.Reasoning, "rs_1") { IsSealed = true });
        events.Delta("Hmm, 日本"u8);
        One(events, "Let me");
        events.Delta(" look."u8, """{"token":" loo","logprob":-0.5}""", """{"token":"k.","logprob":-1.5}""");
        events.Add(new OutputItem(OutputKind.FunctionCall, "fc_1", "call_1", "look_up"));
        events.Delta("{\"place\":"u8);
        events.Delta("\"Wien\"}"u8);
        events.Add(new OutputItem(OutputKind.FunctionCall, "fc_2", "call_2", "nothing"));
    }

    private static ArrayBufferWriter<byte> Written(Action<ResponseEvents, string[]> say, params string[] deltas) => Run(say, deltas).Output;

    private static (ResponseEvents Events, ArrayBufferWriter<byte> Output) Run(Action<ResponseEvents, string[]> say, params string[] deltas)
    {
        var output = new ArrayBufferWriter<byte>();
        var events = new ResponseEvents(Object(), output);
        events.Begin(queued: false);
        say(events, deltas);
        events.End(Completed);
        return (events, output);
    }

    private static ResponseObject Object() => ResponseObject.Of("resp_1", 1770950813, "a/model", Requests.Read("""{"model":"m","input":"Hello, world!","stream":true}"""));

    private static string Text(ArrayBufferWriter<byte> output) => Encoding.UTF8.GetString(output.WrittenSpan);

    private static IEnumerable<string> Parts(string stream) => stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(part => $"{part}\n\n");

    private static List<(string Name, JsonElement Data)> Parse(string stream) =>
        [.. Parts(stream).Select(part => part.Split('\n')).Select(lines => (lines[0]["event: ".Length..], JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement))];

    /// <summary>Names in their order, repetitions as one.</summary>
    private static IEnumerable<string> Collapsed(List<(string Name, JsonElement Data)> events) => events.Select(one => one.Name).Where((name, i) => i == 0 || events[i - 1].Name != name);
}
