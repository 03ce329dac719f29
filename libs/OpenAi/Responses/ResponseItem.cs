using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Platform.OpenAi.Responses;

/// <summary>One item of a conversation as the API shows it: a message, a function call, its output, a reasoning.</summary>
/// <param name="Json">The whole object, its id within.</param>
public sealed record ResponseItem(string Id, string Type, string Json)
{
    /// <summary>Stands for an item that is stored already.</summary>
    public bool IsReference => Type == "item_reference";

    internal static ResponseItem Written(string id, string type, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, ResponseJson.Options)) write(json);
        return new ResponseItem(id, type, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
