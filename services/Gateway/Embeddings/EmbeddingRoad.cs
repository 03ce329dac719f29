using Platform.Contracts.Generations;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Grains.Quotas;
using Platform.OpenAi.Errors;
using Observed = Platform.Observability.Metering.Outcome;

namespace Platform.Gateway.Embeddings;

/// <summary>The one way of embeddings: reserve, dispatch, collect, settle.</summary>
internal sealed partial class EmbeddingRoad(LiveEmbeddings embeddings, IGenerationLedger ledger, IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<EmbeddingRoad> logger)
{
    /// <summary>The vectors, recorded and settled; null: the refusal has been written, or nobody waits any more.</summary>
    public async Task<Embedding?> Run(HttpContext http, EmbeddingRequest request)
    {
        await using var embedding = await embeddings.Begin(request);
        var project = grains.GetGrain<IProjectQuota>(request.Caller.ProjectId);
        var quota = await project.Admit(embedding.Reservation, clock);
        RateLimitHeaders.Write(http.Response, quota);
        if (!quota.Granted)
        {
            await Admission.OverLimit(quota, request.Caller.ProjectId).Write(http);
            return null;
        }

        embedding.IsReserved = true;
        var refusal = await Make(embedding, http.RequestAborted);
        await Settle(embedding, refusal, project);
        if (refusal is null) return embedding;
        if (!http.RequestAborted.IsCancellationRequested) await refusal.Write(http);
        return null;
    }

    private async Task<ApiError?> Make(Embedding embedding, CancellationToken left)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(left);
        deadline.CancelAfter(embeddings.Options.Timeout);
        try
        {
            return await embedding.Make(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            await embedding.Cancel();
            return left.IsCancellationRequested ? ApiError.Refused(499, "The client has left.") : Ending.TimedOut.Error;
        }
        catch (Exception e)
        {
            Log.NotMade(logger, e, embedding.Id);
            await embedding.Cancel();
            return Failure.Of(e);
        }
    }

    /// <summary>What was not made leaves nothing to record.</summary>
    private async Task Settle(Embedding embedding, ApiError? refusal, IProjectQuota project)
    {
        var metrics = embedding.Request.Model.Metrics;
        metrics.Duration(embedding.Age.TotalSeconds, refusal is null ? Observed.Completed : Observed.Refused);
        var freed = Free(embedding, refusal is null ? embedding.Used : default, nothingToRecord: refusal is not null, project);
        if (refusal is null)
        {
            metrics.Tokens(embedding.Vectors.PromptTokens, 0);
            await ledger.Record(new GenerationFinished(Outcome.Completed, Figures(embedding), Content: null), lifetime.ApplicationStopped);
        }

        await freed;
    }

    private async Task Free(Embedding embedding, Amount used, bool nothingToRecord, IProjectQuota project)
    {
        try
        {
            await embedding.LeaveWorker();
            await project.Settle(embedding.Id, used, nothingToRecord);
        }
        catch (Exception e)
        {
            Log.NotFreed(logger, e, embedding.Id); // both lapse when nobody offers them any more
        }
    }

    private GenerationFigures Figures(Embedding embedding) => new()
    {
        GenerationId = embedding.Id,
        Kind = embedding.Request.Kind,
        ProjectId = embedding.Request.Caller.ProjectId,
        KeyId = embedding.Request.Caller.KeyId,
        UserId = embedding.Request.User,
        Model = embedding.Request.Model.Id,
        RequestedModel = embedding.Request.RequestedModel,
        ArtifactHash = embedding.Request.Model.ArtifactHash,
        Worker = embedding.Worker,
        Runs = embedding.Run,
        StartedAt = embedding.StartedAt,
        FinishedAt = clock.GetUtcNow(),
        QueuedMs = (int)(embedding.Queued?.TotalMilliseconds ?? 0),
        PromptTokens = embedding.Vectors.PromptTokens,
        Choices = embedding.Request.Inputs.Count,
        CostMicros = embedding.Used.CostMicros,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{GenerationId} could not be made")]
        public static partial void NotMade(ILogger logger, Exception exception, string generationId);

        [LoggerMessage(2, LogLevel.Warning, "{GenerationId} could not give back what it held")]
        public static partial void NotFreed(ILogger logger, Exception exception, string generationId);
    }
}
