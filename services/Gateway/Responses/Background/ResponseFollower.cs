using Platform.Eventing.Answers;
using Platform.Gateway.Streaming;
using Platform.OpenAi.Responses;

namespace Platform.Gateway.Responses.Background;

/// <summary>Streams a stored response from where its client is; of one that is still coming into being, each event as it is there. It reads the store alone, so any replica can.</summary>
internal sealed class ResponseFollower(StoredAnswers answers, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100), Silence = TimeSpan.FromSeconds(4);

    /// <param name="after">Sequence number of the last event the client has; −1: none.</param>
    /// <param name="obfuscate">Whether deltas are padded.</param>
    public async Task Follow(HttpContext http, StoredAnswer answer, long after, bool obfuscate)
    {
        http.Response.OpenEvents();
        var output = http.Response.BodyWriter;
        for (var (found, spoke) = ((StoredAnswer?)answer, clock.GetTimestamp()); found is not null; found = await answers.Find(answer.ProjectId, answer.Kind, answer.Id, http.RequestAborted))
        {
            var isEnded = ResponseReplay.Write(output, found.Body, found.Deltas, after, obfuscate, out var last);
            if (last > after || isEnded)
            {
                (after, spoke) = (Math.Max(last, after), clock.GetTimestamp());
                await output.FlushAsync(http.RequestAborted);
                if (isEnded) return;
            }
            else if (clock.GetElapsedTime(spoke) > Silence)
            {
                spoke = clock.GetTimestamp();
                ServerSentEvents.Ping(output);
                await output.FlushAsync(http.RequestAborted);
            }

            await Task.Delay(Look, clock, http.RequestAborted);
        }
    }
}
