using System.Buffers;
using Platform.Eventing.Answers;
using Platform.Eventing.Background;
using Platform.Gateway.Generations;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Responses;

namespace Platform.Gateway.Responses.Background;

/// <summary>Shows how far a response in the background is, and ends it, under the lease of whoever runs it.</summary>
/// <param name="inputs">Items the response has been given: its output comes after them.</param>
/// <param name="lost">Cancelled when another has the work, or nobody wants it any more.</param>
internal sealed class BackgroundAnswer(
    BackgroundStore store, BackgroundWork work, ResponseObject response, ResponseOutput output, Generation generation, int inputs, TimeProvider clock, CancellationTokenSource lost) : IAnswer
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    private long shownAt;

    /// <summary>Whether this attempt has brought it to its end.</summary>
    public bool HasEnded { get; private set; }

    public async ValueTask Show(Step step, CancellationToken cancellation)
    {
        if (step.Frame is { } frame) output.Take(frame, step.Skip);
        if (shownAt != 0 && clock.GetElapsedTime(shownAt) < Between) return;
        shownAt = clock.GetTimestamp();
        if (!await store.Progress(work, Body(new ResponseState(ResponseStatus.InProgress)), output.Events.Deltas, Lease, cancellation)) await lost.CancelAsync();
    }

    public async ValueTask End(Generation ended, CancellationToken cancellation)
    {
        output.End();
        await Finish(ended.Ended(output.ReasoningTokens, clock.GetUtcNow()), cancellation);
    }

    public async ValueTask Fail(ApiError error, CancellationToken cancellation)
    {
        if (generation.Departure is not null) return; // this gateway leaves; another takes the work on
        await Finish(new ResponseState(ResponseStatus.Failed) { Error = error, Usage = generation.ResponseUsage(output.ReasoningTokens) }, cancellation);
    }

    private async Task Finish(ResponseState state, CancellationToken cancellation)
    {
        output.Events.Close(state.Status);
        StoredItem[] items = [.. output.Events.Items.Select(item => item.ToItem()).Select(item => new StoredItem(item.Id, item.Type, true, item.Json))];
        HasEnded = await store.End(work, ResponseObject.Name(state.Status), Body(state), output.Events.Deltas, inputs, items, cancellation);
    }

    private byte[] Body(ResponseState state)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        response.Write(body, state with { Output = output.Events.Items });
        return body.WrittenSpan.ToArray();
    }
}
