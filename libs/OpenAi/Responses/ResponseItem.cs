using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Responses;

/// <summary>One item of a conversation as the API shows it: a message, a function call, its output, a reasoning.</summary>
/// <param name="Json">The whole object, its id within.</param>
public sealed record ResponseItem(string Id, string Type, string Json)
{
    /// <summary>Stands for an item that is stored already.</summary>
    public bool IsReference => Type == "item_reference";

    /// <summary>Whether it is a message of this role.</summary>
    internal bool IsOf(string role)
    {
        if (Type != "message") return false;
        using var document = JsonDocument.Parse(Json);
        return document.RootElement.GetProperty("role").ValueEquals(role);
    }

    /// <summary>A message that nobody sees again, and so needs no id.</summary>
    internal static ResponseItem Of(string role, string kind, string text) => Written("", "message", json =>
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, kind);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    internal static ResponseItem Written(string id, string type, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, RelaxedJson.Options)) write(json);
        return new ResponseItem(id, type, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
