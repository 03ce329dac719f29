using System.Buffers;
using System.Text.Json;

namespace Platform.OpenAi.Responses;

/// <summary>Writes the stream of a stored response again, event for event; of one that is still coming into being, as far as it is.</summary>
public static class ResponseReplay
{
    /// <param name="stored">The response as it is.</param>
    /// <param name="deltas">Length in bytes of each delta.</param>
    /// <param name="after">Sequence number of the last event the client has; −1: none.</param>
    /// <param name="last">Sequence number of the last event there is.</param>
    /// <param name="obfuscate">Whether deltas are padded.</param>
    /// <returns>Whether it has ended: no more events will come.</returns>
    public static bool Write(IBufferWriter<byte> output, ReadOnlyMemory<byte> stored, IReadOnlyList<int> deltas, long after, bool obfuscate, out long last)
    {
        var response = ResponseObject.Parse(stored);
        var events = new ResponseEvents(response, output, after, obfuscate);
        if (response.Status == ResponseStatus.Queued)
        {
            events.Queue();
            last = events.Sequence - 1;
            return false;
        }

        events.Begin(response.IsBackground);
        var next = 0;
        foreach (var json in response.Output)
        {
            if (OutputItem.Parse(json) is not var (item, text, logprobs)) continue;
            events.Add(item);
            for (var (at, token) = (0, 0); at < text.Length && next < deltas.Count;)
            {
                var length = deltas[next++];
                var tokens = next < deltas.Count && deltas[next] < 0 ? -deltas[next++] : 0;
                events.Delta(text.AsSpan(at, length), logprobs[token..(token + tokens)]);
                (at, token) = (at + length, token + tokens);
            }
        }

        var isEnded = response.Status != ResponseStatus.InProgress;
        if (isEnded) events.End(response.Status, stored.Span);
        last = events.Sequence - 1;
        return isEnded;
    }
}
