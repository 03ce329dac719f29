using System.Buffers;
using Platform.Eventing.Answers;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Grains.Sessions;
using Platform.OpenAi.Responses;
using ISession = Platform.Grains.Sessions.ISession;

namespace Platform.Gateway.Responses;

/// <summary>Keeps a response before its client hears that it has ended: whoever reads the last event can read the answer, from any replica.</summary>
internal sealed class ResponseKeeper(StoredAnswers answers, IGrainFactory grains, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task Keep(Generation generation, ResponseRequest request, ResponseContext context, ResponseObject response, ResponseEvents events, ResponseState state, CancellationToken cancellation)
    {
        var input = context.Input.Select(item => new StoredItem(item.Id, item.Type, false, item.Json));
        StoredItem[] items = [.. input, .. events.Items.Select(item => item.ToItem()).Select(item => new StoredItem(item.Id, item.Type, true, item.Json))];
        if (request.Store)
        {
            var body = new ArrayBufferWriter<byte>(4096);
            response.Write(body, state with { Output = events.Items });
            var answer = new StoredAnswer(
                generation.Id, StoredAnswer.Response, generation.ProjectId, generation.Model.Id, generation.StartedAt, request.PreviousResponseId, request.Metadata, body.WrittenSpan.ToArray(), events.Deltas);
            await UntilDone(() => answers.Save(answer, items, cancellation), cancellation);
        }

        if (request.ConversationId is { } conversation && state.Status is ResponseStatus.Completed or ResponseStatus.Incomplete)
        {
            var turn = items.Select(item => new SessionItem(item.Id, item.Type, item.IsOutput, item.Body)).ToArray();
            await UntilDone(() => grains.GetGrain<ISession>(conversation).Add(generation.ProjectId, turn), cancellation);
        }
    }

    /// <summary>Work that was accepted is not lost to an outage that passes.</summary>
    private async Task UntilDone(Func<Task> work, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = pause * 2 < TimeSpan.FromSeconds(2) ? pause * 2 : TimeSpan.FromSeconds(2))
        {
            try
            {
                await work();
                return;
            }
            catch (Exception e) when (Failure.IsOutage(e) && clock.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(pause, clock, cancellation);
            }
        }
    }
}
