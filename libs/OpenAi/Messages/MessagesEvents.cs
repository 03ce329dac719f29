using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Responses;

namespace Platform.OpenAi.Messages;

public enum BlockKind { Text, Thinking, ToolUse }

/// <param name="Cached">Input that did not have to be read; not part of <paramref name="Input"/>, as Anthropic counts.</param>
public readonly record struct MessagesUsage(int Input, int Cached, int Output);

/// <summary>Collects the blocks of a message and writes the events of its stream. A delta allocates nothing.</summary>
/// <param name="output">Null: nothing is streamed.</param>
public sealed class MessagesEvents(string id, string model, IBufferWriter<byte>? output)
{
    private readonly List<(BlockKind Kind, string Id, string Name, ArrayBufferWriter<byte> Text)> blocks = [];
    private bool open;

    public bool IsOpen(BlockKind kind) => open && blocks[^1].Kind == kind;

    public bool HasCalls => blocks.Any(block => block.Kind == BlockKind.ToolUse);

    public void Start(MessagesUsage usage)
    {
        if (output is null) return;
        Name(output, "message_start"u8);
        output.Write("{\"type\":\"message_start\",\"message\":"u8);
        Message(output, null, null, usage, begun: false);
        output.Write("}\n\n"u8);
    }

    /// <param name="blockId">Of a tool use.</param>
    /// <param name="name">Of a tool use.</param>
    public void Add(BlockKind kind, string blockId = "", string name = "")
    {
        Close();
        blocks.Add((kind, blockId, name, new ArrayBufferWriter<byte>()));
        open = true;
        if (output is null) return;
        Open(output, "content_block_start"u8);
        output.Write(",\"content_block\":"u8);
        using (var json = new Utf8JsonWriter(output, RelaxedJson.Options)) Block(json, blocks[^1], begun: false);
        output.Write("}\n\n"u8);
    }

    /// <param name="utf8">Whole characters of the open block.</param>
    public void Delta(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return;
        var block = blocks[^1];
        block.Text.Write(utf8);
        if (output is null) return;
        Open(output, "content_block_delta"u8);
        output.Write(block.Kind switch
        {
            BlockKind.Text => ",\"delta\":{\"type\":\"text_delta\",\"text\":\""u8,
            BlockKind.Thinking => ",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\""u8,
            _ => ",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\""u8,
        });
        output.WriteEscaped(utf8);
        output.Write("\"}}\n\n"u8);
    }

    public void Ping() => output?.Write("event: ping\ndata: {\"type\":\"ping\"}\n\n"u8);

    /// <param name="stopSequence">The string that was met, if one was.</param>
    public void End(string stopReason, string? stopSequence, MessagesUsage usage)
    {
        Close();
        if (output is null) return;
        Name(output, "message_delta"u8);
        output.Write("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\""u8);
        output.Write(Encoding.UTF8.GetBytes(stopReason));
        output.Write("\",\"stop_sequence\":"u8);
        if (stopSequence is null)
        {
            output.Write("null"u8);
        }
        else
        {
            output.Write("\""u8);
            output.WriteEscaped(Encoding.UTF8.GetBytes(stopSequence));
            output.Write("\""u8);
        }

        output.Write("},\"usage\":"u8);
        using (var json = new Utf8JsonWriter(output, RelaxedJson.Options)) Usage(json, usage);
        output.Write("}\n\n"u8);
        Name(output, "message_stop"u8);
        output.Write("{\"type\":\"message_stop\"}\n\n"u8);
    }

    /// <summary>Ends a stream that has begun but can't go on.</summary>
    public void Fail(ApiError error, string requestId)
    {
        if (output is null) return;
        Name(output, "error"u8);
        MessagesError.Write(output, error, requestId);
        output.Write("\n\n"u8);
    }

    /// <summary>The whole message.</summary>
    /// <param name="stopSequence">The string that was met, if one was.</param>
    public void Write(IBufferWriter<byte> whole, string stopReason, string? stopSequence, MessagesUsage usage)
    {
        Close();
        Message(whole, stopReason, stopSequence, usage, begun: true);
    }

    private void Close()
    {
        if (!open) return;
        open = false;
        if (output is null) return;
        if (blocks[^1].Kind == BlockKind.Thinking)
        {
            Open(output, "content_block_delta"u8);
            output.Write(",\"delta\":{\"type\":\"signature_delta\",\"signature\":\"\"}}\n\n"u8);
        }

        Open(output, "content_block_stop"u8);
        output.Write("}\n\n"u8);
    }

    private static void Name(IBufferWriter<byte> to, ReadOnlySpan<byte> name)
    {
        to.Write("event: "u8);
        to.Write(name);
        to.Write("\ndata: "u8);
    }

    private void Open(IBufferWriter<byte> to, ReadOnlySpan<byte> name)
    {
        Name(to, name);
        to.Write("{\"type\":\""u8);
        to.Write(name);
        to.Write("\",\"index\":"u8);
        to.WriteNumber(blocks.Count - 1);
    }

    private void Message(IBufferWriter<byte> to, string? stopReason, string? stopSequence, MessagesUsage usage, bool begun)
    {
        using var json = new Utf8JsonWriter(to, RelaxedJson.Options);
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, model);
        json.WriteStartArray("content"u8);
        if (begun) blocks.ForEach(block => Block(json, block, begun: true));
        json.WriteEndArray();
        json.WriteString("stop_reason"u8, stopReason);
        json.WriteString("stop_sequence"u8, stopSequence);
        json.WritePropertyName("usage"u8);
        Usage(json, usage);
        json.WriteEndObject();
    }

    private static void Block(Utf8JsonWriter json, (BlockKind Kind, string Id, string Name, ArrayBufferWriter<byte> Text) block, bool begun)
    {
        var text = begun ? block.Text.WrittenSpan : default;
        json.WriteStartObject();
        switch (block.Kind)
        {
            case BlockKind.Text:
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text);
                break;
            case BlockKind.Thinking:
                json.WriteString("type"u8, "thinking"u8);
                json.WriteString("thinking"u8, text);
                json.WriteString("signature"u8, ""u8);
                break;
            default:
                json.WriteString("type"u8, "tool_use"u8);
                json.WriteString("id"u8, block.Id);
                json.WriteString("name"u8, block.Name);
                json.WritePropertyName("input"u8);
                Input(json, text);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>Arguments that were cut off are no JSON.</summary>
    private static void Input(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        var isJson = text.Length > 0;
        try
        {
            while (isJson && reader.Read()) { }
        }
        catch (JsonException)
        {
            isJson = false;
        }

        json.WriteRawValue(isJson ? text : "{}"u8, skipInputValidation: true);
    }

    private static void Usage(Utf8JsonWriter json, MessagesUsage usage)
    {
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, usage.Input);
        json.WriteNumber("cache_creation_input_tokens"u8, 0);
        json.WriteNumber("cache_read_input_tokens"u8, usage.Cached);
        json.WriteNumber("output_tokens"u8, usage.Output);
        json.WriteEndObject();
    }
}
