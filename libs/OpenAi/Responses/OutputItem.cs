using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Platform.OpenAi.Responses;

public enum OutputKind { Message, Reasoning, FunctionCall }

/// <summary>One item of a response's output.</summary>
/// <param name="callId">Of a function call: what its output will refer to.</param>
public sealed class OutputItem(OutputKind kind, string id, string callId = "", string name = "")
{
    private readonly ArrayBufferWriter<byte> text = new();

    public OutputKind Kind => kind;
    public string Id => id;
    public string CallId => callId;
    public string Name => name;
    public string Status { get; internal set; } = "in_progress";

    /// <summary>What is said or thought, or the arguments; UTF-8.</summary>
    public ReadOnlySpan<byte> Text => text.WrittenSpan;

    /// <summary>Whether a reasoning also carries its sealed form.</summary>
    public bool IsSealed { get; init; }

    /// <summary>Of a message's tokens, each a JSON object; empty where they were not asked for.</summary>
    internal List<string> Logprobs { get; } = [];

    internal void Append(ReadOnlySpan<byte> utf8) => text.Write(utf8);

    /// <summary>The item for a context or a store.</summary>
    public ResponseItem ToItem() => ResponseItem.Written(id, TypeName, Write);

    internal string TypeName => kind switch { OutputKind.Message => "message", OutputKind.Reasoning => "reasoning", _ => "function_call" };

    internal void Write(Utf8JsonWriter json) => Write(json, begun: true);

    /// <param name="begun">False: as it is when it is added, without content.</param>
    internal void Write(Utf8JsonWriter json, bool begun)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, TypeName);
        json.WriteString("status"u8, Status);
        switch (kind)
        {
            case OutputKind.Message:
                Content(json, begun);
                json.WriteString("role"u8, "assistant"u8);
                break;
            case OutputKind.Reasoning:
                Content(json, begun);
                if (IsSealed) json.WriteString("encrypted_content"u8, begun ? SealedText.Seal(Text) : "");
                json.WriteStartArray("summary"u8);
                json.WriteEndArray();
                break;
            default:
                json.WriteString("arguments"u8, begun ? Text : ""u8);
                json.WriteString("call_id"u8, callId);
                json.WriteString("name"u8, name);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>Its one part: <c>output_text</c> or <c>reasoning_text</c>.</summary>
    /// <param name="begun">False: as it is when it is added, without text.</param>
    internal void Part(Utf8JsonWriter json, bool begun)
    {
        json.WriteStartObject();
        if (kind == OutputKind.Message)
        {
            json.WriteString("type"u8, "output_text"u8);
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
            json.WriteStartArray("logprobs"u8);
            if (begun) Logprobs.ForEach(token => json.WriteRawValue(token, skipInputValidation: true));
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("type"u8, "reasoning_text"u8);
        }

        json.WriteString("text"u8, begun ? Text : default);
        json.WriteEndObject();
    }

    private void Content(Utf8JsonWriter json, bool begun)
    {
        json.WriteStartArray("content"u8);
        if (begun) Part(json, begun: true);
        json.WriteEndArray();
    }

    /// <summary>A stored item; null for one that no model of ours has made.</summary>
    internal static (OutputItem Item, byte[] Text, string[] Logprobs)? Parse(JsonElement json)
    {
        string Field(string name) => json.GetProperty(name).GetString() ?? "";
        byte[] Said() => Encoding.UTF8.GetBytes(string.Concat(json.GetProperty("content").EnumerateArray().Select(part => part.GetProperty("text").GetString())));
        return Field("type") switch
        {
            "message" => (new OutputItem(OutputKind.Message, Field("id")), Said(), [.. json.GetProperty("content").EnumerateArray().SelectMany(part => part.GetProperty("logprobs").EnumerateArray()).Select(token => token.GetRawText())]),
            "reasoning" => (new OutputItem(OutputKind.Reasoning, Field("id")) { IsSealed = json.TryGetProperty("encrypted_content", out _) }, Said(), []),
            "function_call" => (new OutputItem(OutputKind.FunctionCall, Field("id"), Field("call_id"), Field("name")), Encoding.UTF8.GetBytes(Field("arguments")), []),
            _ => null,
        };
    }
}
