using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Responses;

/// <summary>
/// Collects a response's output and writes the events of its stream: numbered without a gap, every <c>added</c> with its <c>done</c>. A delta allocates nothing.
/// </summary>
/// <param name="after">Events up to this sequence number are counted but not written.</param>
/// <param name="obfuscate">Whether deltas are padded, so that their sizes tell less.</param>
public sealed class ResponseEvents(ResponseObject response, IBufferWriter<byte> output, long after = -1, bool obfuscate = false)
{
    private readonly List<OutputItem> items = [];
    private readonly List<int> deltas = [];
    private OutputItem? open;
    private byte[] place = [];

    /// <summary>Number of the next event.</summary>
    public long Sequence { get; private set; }

    public IReadOnlyList<OutputItem> Items => items;

    /// <summary>Length in bytes of each delta, in their order, and after it, negative, how many log-probabilities came with it: with the items it gives the same stream again.</summary>
    public IReadOnlyList<int> Deltas => deltas;

    /// <param name="queued">A response in the background waits first.</param>
    public void Begin(bool queued)
    {
        if (queued) Queue();
        else State("response.created"u8, new ResponseState(ResponseStatus.InProgress));
        State("response.in_progress"u8, new ResponseState(ResponseStatus.InProgress));
    }

    internal void Queue()
    {
        State("response.created"u8, new ResponseState(ResponseStatus.Queued));
        State("response.queued"u8, new ResponseState(ResponseStatus.Queued));
    }

    /// <summary>Adds an item; what follows belongs to it.</summary>
    public void Add(OutputItem item)
    {
        Close("completed");
        open = item;
        items.Add(item);
        place = Encoding.UTF8.GetBytes($",\"item_id\":\"{JsonEncodedText.Encode(item.Id)}\",\"output_index\":{items.Count - 1}{(item.Kind == OutputKind.FunctionCall ? "" : ",\"content_index\":0")}");
        Item("response.output_item.added"u8, item, begun: false);
        if (item.Kind != OutputKind.FunctionCall) Part("response.content_part.added"u8, item, begun: false);
    }

    /// <summary>Whether what is said next goes on in the item that is open.</summary>
    public bool IsOpen(OutputKind kind) => open?.Kind == kind;

    /// <param name="utf8">Whole characters of the open item's text or arguments.</param>
    /// <param name="logprobs">Of the tokens it is made of, each a JSON object.</param>
    public void Delta(ReadOnlySpan<byte> utf8, params IReadOnlyList<string> logprobs)
    {
        if (utf8.IsEmpty) return;
        if (open is null) throw new InvalidOperationException("No item is open.");
        open.Append(utf8);
        deltas.Add(utf8.Length);
        if (logprobs.Count > 0) deltas.Add(-logprobs.Count);
        open.Logprobs.AddRange(logprobs);
        var name = open.Kind switch
        {
            OutputKind.Message => "response.output_text.delta"u8,
            OutputKind.Reasoning => "response.reasoning_text.delta"u8,
            _ => "response.function_call_arguments.delta"u8,
        };
        if (!Open(name)) return;
        output.Write(place);
        output.Write(",\"delta\":\""u8);
        output.WriteEscaped(utf8);
        output.Write("\""u8);
        if (open.Kind == OutputKind.Message) Logprobs(logprobs);
        if (obfuscate) Obfuscation.Write(output, utf8.Length);
        output.Write("}\n\n"u8);
    }

    /// <summary>Ends what is open; the last event is still to come.</summary>
    public void Close(ResponseStatus ending) => Close(ending == ResponseStatus.Completed ? "completed" : "incomplete");

    /// <summary>Ends what is open and, with the last event, the stream.</summary>
    public void End(ResponseState state)
    {
        Close(state.Status);
        State(Last(state.Status), state with { Output = items });
    }

    /// <summary>Ends with the response as it was stored.</summary>
    internal void End(ResponseStatus status, ReadOnlySpan<byte> stored)
    {
        Close(status);
        if (!Open(Last(status))) return;
        output.Write(",\"response\":"u8);
        output.Write(stored);
        output.Write("}\n\n"u8);
    }

    private static ReadOnlySpan<byte> Last(ResponseStatus status) => status switch
    {
        ResponseStatus.Completed => "response.completed"u8,
        ResponseStatus.Incomplete or ResponseStatus.Cancelled => "response.incomplete"u8, // the API has no event of its own for the latter
        _ => "response.failed"u8,
    };

    private void Close(string status)
    {
        if (open is not { } item) return;
        open = null;
        item.Status = status;
        if (item.Kind == OutputKind.FunctionCall)
        {
            Done("response.function_call_arguments.done"u8, item, ",\"arguments\":\""u8);
        }
        else
        {
            Done(item.Kind == OutputKind.Message ? "response.output_text.done"u8 : "response.reasoning_text.done"u8, item, ",\"text\":\""u8);
            Part("response.content_part.done"u8, item, begun: true);
        }

        Item("response.output_item.done"u8, item, begun: true);
    }

    private void Done(ReadOnlySpan<byte> name, OutputItem item, ReadOnlySpan<byte> field)
    {
        if (!Open(name)) return;
        output.Write(place);
        output.Write(field);
        output.WriteEscaped(item.Text);
        output.Write("\""u8);
        if (item.Kind == OutputKind.Message) Logprobs(item.Logprobs);
        output.Write("}\n\n"u8);
    }

    private void Logprobs(IReadOnlyList<string> tokens)
    {
        output.Write(",\"logprobs\":["u8);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            output.Write(Encoding.UTF8.GetBytes(tokens[i]));
        }

        output.Write("]"u8);
    }

    private void State(ReadOnlySpan<byte> name, ResponseState state)
    {
        if (!Open(name)) return;
        output.Write(",\"response\":"u8);
        response.Write(output, state);
        output.Write("}\n\n"u8);
    }

    private void Item(ReadOnlySpan<byte> name, OutputItem item, bool begun)
    {
        if (!Open(name)) return;
        output.Write(",\"output_index\":"u8);
        output.WriteNumber(items.Count - 1);
        output.Write(",\"item\":"u8);
        using (var json = new Utf8JsonWriter(output, RelaxedJson.Options)) item.Write(json, begun);
        output.Write("}\n\n"u8);
    }

    private void Part(ReadOnlySpan<byte> name, OutputItem item, bool begun)
    {
        if (!Open(name)) return;
        output.Write(place);
        output.Write(",\"part\":"u8);
        using (var json = new Utf8JsonWriter(output, RelaxedJson.Options)) item.Part(json, begun);
        output.Write("}\n\n"u8);
    }

    /// <summary>Begins an event; false for one that is only counted.</summary>
    private bool Open(ReadOnlySpan<byte> name)
    {
        var number = Sequence++;
        if (number <= after) return false;
        output.Write("event: "u8);
        output.Write(name);
        output.Write("\ndata: {\"type\":\""u8);
        output.Write(name);
        output.Write("\",\"sequence_number\":"u8);
        output.WriteNumber(number);
        return true;
    }
}
