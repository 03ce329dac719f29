using Platform.Gateway.Errors;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>Several generations that answer one request.</summary>
internal static class SharedAnswers
{
    /// <summary>All of them are admitted or none is; the first that fails ends the others.</summary>
    /// <param name="answerTo">Makes the answer once the quota has admitted them all.</param>
    public static async Task RunTogether(this GenerationRoad road, HttpContext http, IReadOnlyList<GenerationRequest> requests, Func<IReadOnlyList<Generation>, ISharedAnswer> answerTo)
    {
        var generations = new List<Generation>(requests.Count);
        try
        {
            foreach (var request in requests)
            {
                var generation = await road.Begin(request);
                generations.Add(generation);
                var quota = await generation.Quota.Reserve();
                RateLimitHeaders.Write(http.Response, quota);
                if (quota.Granted) continue;
                await GiveBack(generations);
                await Admission.OverLimit(quota, request.Caller.ProjectId).Write(http);
                return;
            }

            await Drive(road, answerTo(generations), generations, http.RequestAborted);
            await http.Response.CompleteAsync(); // the client need not wait until the workers have been told
        }
        finally
        {
            foreach (var generation in generations) await generation.DisposeAsync();
        }
    }

    private static async Task Drive(GenerationRoad road, ISharedAnswer answer, List<Generation> generations, CancellationToken left)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(left);
        using var turn = new SemaphoreSlim(1, 1);
        var parts = generations.Select((_, i) => new Part(answer, i, turn, failed)).ToList();
        await Task.WhenAll(generations.Select((generation, i) => road.Drive(generation, parts[i], failed.Token)));
        if (parts.Find(part => part.Error is not null) is { Error: { } error }) await answer.Fail(error, left);
        else if (!left.IsCancellationRequested) await answer.End(left);
    }

    private static async Task GiveBack(List<Generation> generations)
    {
        foreach (var generation in generations.Where(generation => generation.Quota.IsReserved)) await generation.Quota.Settle(default, nothingToRecord: true);
    }

    /// <summary>One generation's share of the answer.</summary>
    private sealed class Part(ISharedAnswer answer, int index, SemaphoreSlim turn, CancellationTokenSource failed) : IAnswer
    {
        public ApiError? Error { get; private set; }

        public ValueTask Show(Step step, CancellationToken cancellation) => InTurn(() => answer.Show(index, step, cancellation), cancellation);

        public ValueTask End(Generation generation, CancellationToken cancellation) =>
            failed.IsCancellationRequested ? default : InTurn(() => answer.End(index, cancellation), cancellation);

        public async ValueTask Fail(ApiError error, CancellationToken cancellation)
        {
            Error = error;
            await failed.CancelAsync();
        }

        private async ValueTask InTurn(Func<ValueTask> act, CancellationToken cancellation)
        {
            await turn.WaitAsync(cancellation);
            try
            {
                await act();
            }
            finally
            {
                turn.Release();
            }
        }
    }
}
