using Platform.Catalog;
using Platform.Contracts.Runs;
using Platform.Gateway.Errors;
using Platform.Grains;
using Platform.Grains.Pools;
using Platform.Messaging.Frames;
using Platform.Messaging.Runs;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>
/// Takes running generations over for clients that have come back. The pool of each model knows which worker has what, the worker has the run: nothing is written down for it.
/// </summary>
internal sealed class Adoption(LiveGenerations generations, ModelCatalog catalog, IGrainFactory grains, IFrameInbox frames, RunDispatcher runs, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly ApiError TakenOver = new(409, "Another connection has taken the generation over.", "server_error", null, "generation_taken_over");

    /// <summary>Null: no worker has it (any more). Whoever had it until now is told so.</summary>
    public async Task<AdoptedRun?> Take(string id, string projectId, CancellationToken cancellation)
    {
        if (generations.Find(id, projectId) is { Request.Stream: true } ours) await ours.Depart(TakenOver);
        if (await FindWorker(id) is not { } worker) return null;
        var mailbox = frames.Open(id);
        try
        {
            await runs.Send(worker, new AdoptRun(id, projectId, frames.Address), cancellation);
            if (await Answer(mailbox, cancellation) is { } run) return new AdoptedRun(run, worker, mailbox);
        }
        catch (WorkerUnreachableException)
        {
            // gone since the pool heard of it
        }
        catch
        {
            mailbox.Dispose();
            throw;
        }

        mailbox.Dispose();
        return null;
    }

    private async Task<string?> FindWorker(string id)
    {
        var found = await Task.WhenAll(catalog.Models.Where(model => model.Kind == ModelKind.Chat).Select(model => AskPool(model.Id, id)));
        return Array.Find(found, worker => worker is not null);
    }

    private async Task<string?> AskPool(string model, string id)
    {
        try
        {
            return await grains.GetGrain<IPool>(model).Find(id).AsTask().Within(Patience, clock);
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            return null; // the ledger may know it, and the client may ask again
        }
    }

    /// <summary>Frames before the answer were on their way to whoever had it.</summary>
    private async Task<RunChat?> Answer(FrameMailbox mailbox, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        while (Patience - clock.GetElapsedTime(since) is var left && left > TimeSpan.Zero && await mailbox.Arrives(left, clock, cancellation))
        {
            if (!mailbox.TryRead(out var frame)) continue;
            if (frame.Adopted is { } run) return run;
            if (frame.Error is { Kind: RunErrorKind.NotYours or RunErrorKind.WorkerUnavailable, Code: not "worker_stopping" }) return null;
        }

        return null; // the worker does not answer
    }
}

/// <summary>A run that is this gateway's from now on; its frames come to the mailbox, from the first token on.</summary>
internal sealed record AdoptedRun(RunChat Run, string Worker, FrameMailbox Mailbox);
