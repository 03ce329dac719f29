using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Contracts.Generations;

namespace Platform.Messaging.Ledger;

/// <summary>A message of the ledger's queue: a JSON array of finished generations.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GenerationFinished[]))]
internal sealed partial class LedgerCodec : JsonSerializerContext
{
    public static byte[] Write(GenerationFinished finished) => JsonSerializer.SerializeToUtf8Bytes(finished, Default.GenerationFinished);

    /// <summary>Puts written generations into one message.</summary>
    public static byte[] Join(IReadOnlyList<byte[]> written)
    {
        var message = new byte[written.Sum(one => one.Length + 1) + 1];
        var end = 0;
        for (var i = 0; i < written.Count; i++)
        {
            message[end++] = i == 0 ? (byte)'[' : (byte)',';
            written[i].CopyTo(message, end);
            end += written[i].Length;
        }

        message[end] = (byte)']';
        return message;
    }

    /// <exception cref="JsonException">It is no such message.</exception>
    public static GenerationFinished[] Read(ReadOnlySpan<byte> message) =>
        JsonSerializer.Deserialize(message, Default.GenerationFinishedArray) is { } read && !read.Contains(null) ? read : throw new JsonException("A message of the ledger holds null.");
}
