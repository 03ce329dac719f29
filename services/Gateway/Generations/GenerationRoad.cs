using Platform.Contracts.Runs;
using Platform.Gateway.Errors;

namespace Platform.Gateway.Generations;

/// <summary>The one way of a generation: reserve, dispatch and stream, settle, end.</summary>
internal sealed partial class GenerationRoad(LiveGenerations generations, Settlement settlement, ILogger<GenerationRoad> logger)
{
    /// <summary>Answers a request that waits for it.</summary>
    /// <param name="answerTo">Makes the answer once the quota has admitted the generation.</param>
    public async Task Run(HttpContext http, GenerationRequest request, Func<Generation, IAnswer> answerTo)
    {
        await using var generation = await generations.Begin(request);
        var quota = await generation.Quota.Reserve();
        RateLimitHeaders.Write(http.Response, quota);
        if (quota.Granted) await Drive(generation, answerTo(generation), http.RequestAborted);
        else await Admission.OverLimit(quota, request.Caller.ProjectId).Write(http);
        await http.Response.CompleteAsync(); // the client need not wait until the worker has been told
    }

    /// <summary>A generation that has yet to be admitted and driven.</summary>
    public ValueTask<Generation> Begin(GenerationRequest request) => generations.Begin(request);

    /// <summary>Takes an admitted generation to its end.</summary>
    /// <param name="left">Nobody waits for the answer any more.</param>
    public async Task<Ending> Drive(Generation generation, IAnswer answer, CancellationToken left)
    {
        var ending = await Relay(generation, answer, left);
        await settlement.Settle(generation, ending);
        if (ending.Error is { } failure) await answer.Fail(failure, left);
        else if (ending != Ending.Left) await answer.End(generation, left);
        return ending;
    }

    private async Task<Ending> Relay(Generation generation, IAnswer answer, CancellationToken left)
    {
        using var stop = generation.StopWith(generations.Options.Timeout, left);
        try
        {
            await foreach (var step in generation.Steps(generation.Stopping))
            {
                if (step.Error is { } error) return Ending.Failed(error);
                await answer.Show(step, generation.Stopping);
            }

            return generation.Choices.Any(choice => choice.Finish == FinishReason.Cancelled) ? Ending.Cut : Ending.Completed;
        }
        catch (OperationCanceledException) when (generation.Stopping.IsCancellationRequested)
        {
            if (!generation.IsGivenAway) await generation.Cancel();
            return generation.Departure is { } why ? Ending.Failed(why) : left.IsCancellationRequested ? Ending.Left : Ending.TimedOut;
        }
        catch (Exception e)
        {
            Log.RelayFailed(logger, e, generation.Id);
            await generation.Cancel();
            return Ending.Failed(Failure.Of(e));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{GenerationId} could not be relayed")]
        public static partial void RelayFailed(ILogger logger, Exception exception, string generationId);
    }
}
