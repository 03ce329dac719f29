using System.Buffers;
using System.Text.Json;

namespace Platform.OpenAi.Responses;

/// <summary>Writes the stream of a stored response again, event for event.</summary>
public static class ResponseReplay
{
    /// <param name="stored">The response as it ended.</param>
    /// <param name="deltas">Length in bytes of each delta.</param>
    /// <param name="after">Sequence number of the last event the client has; −1: none.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlyMemory<byte> stored, IReadOnlyList<int> deltas, long after)
    {
        var response = ResponseObject.Parse(stored);
        var events = new ResponseEvents(response, output, after);
        events.Begin(response.IsBackground);
        var next = 0;
        foreach (var json in response.Output)
        {
            if (OutputItem.Parse(json) is not var (item, text)) continue;
            events.Add(item);
            for (var at = 0; at < text.Length && next < deltas.Count; at += deltas[next++]) events.Delta(text.AsSpan(at, deltas[next]));
        }

        events.End(response.Status, stored.Span);
    }
}
