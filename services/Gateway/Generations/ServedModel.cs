using System.Collections.Concurrent;
using Platform.Catalog;
using Platform.Gateway.Errors;
using Platform.Grains.Pools;
using Platform.Observability.Metering;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>A model of the catalogue with what every request to it needs, worked out once.</summary>
internal sealed class ServedModel(CatalogModel entry)
{
    public CatalogModel Entry => entry;
    public string Id => entry.Id;

    /// <summary>Whether it tells how well documents answer a query, instead of making vectors.</summary>
    public bool Ranks => entry.Embedding?.Pooling == VectorPooling.Rank;
    public string ArtifactHash { get; } = ModelCatalog.ArtifactHash(entry);
    public string SystemFingerprint => field ??= FingerprintOf(ArtifactHash);
    public ModelMetrics Metrics { get; } = GenAiMetrics.For(entry.Id);

    public static string FingerprintOf(string artifactHash) => $"fp_{artifactHash[..Math.Min(10, artifactHash.Length)]}";
}

internal sealed class ServedModels(ModelCatalog catalog, IGrainFactory grains, TimeProvider clock)
{
    private static readonly TimeSpan ReportKept = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, ServedModel> served = new();
    private readonly ConcurrentDictionary<string, (PoolReport Report, long At)> reports = new();

    public ServedModel? Find(string name)
    {
        if (catalog.Find(name) is not { } entry) return null;
        return served.TryGetValue(entry.Id, out var known) && ReferenceEquals(known.Entry, entry) ? known : served[entry.Id] = new ServedModel(entry);
    }

    /// <summary>The first model of a kind, for requests that need not name one.</summary>
    public ServedModel? First(ModelKind kind) => catalog.Models.FirstOrDefault(model => model.Kind == kind) is { } entry ? Find(entry.Id) : null;

    /// <param name="endpoint">Path that was asked, without its first slash.</param>
    public ApiResult<ServedModel> FindChat(string name, string endpoint)
    {
        if (Find(name) is not { } model) return ApiError.ModelNotFound(name);
        return model.Entry.Kind == ModelKind.Chat
            ? model
            : new ApiError(404, $"The model '{name}' is not a chat model and thus not supported in the {endpoint} endpoint.", "invalid_request_error", "model");
    }

    public ApiResult<ServedModel> FindEmbedding(string name)
    {
        if (FindRanking(name).Refused(out var error, out var model)) return error;
        return model.Ranks ? ApiError.Invalid($"The model '{name}' ranks documents and makes no vectors: ask v1/rerank.", "model", "unsupported_model") : model;
    }

    /// <summary>A model that ranks, or makes vectors whose nearness does.</summary>
    public ApiResult<ServedModel> FindRanking(string name)
    {
        if (Find(name) is not { } model) return ApiError.ModelNotFound(name);
        return model.Entry.Kind == ModelKind.Embedding ? model : new ApiError(403, "You are not allowed to generate embeddings from this model", "invalid_request_error", "model");
    }

    /// <summary>Tokens the model's template adds to the messages.</summary>
    public async ValueTask<int> TemplateOverhead(string model) => (await Report(model)).TemplateOverhead;

    /// <summary>How the model writes its thinking and its calls; null: no worker has said yet.</summary>
    public async ValueTask<ModelTraits?> Traits(string model) => (await Report(model)).Traits;

    private ValueTask<PoolReport> Report(string model) =>
        reports.TryGetValue(model, out var known) && clock.GetElapsedTime(known.At) < ReportKept ? new(known.Report) : Ask(model);

    private async ValueTask<PoolReport> Ask(string model)
    {
        var report = await GrainCall.Repeated(grains.GetGrain<IPool>(model).Read, clock);
        reports[model] = (report, clock.GetTimestamp());
        return report;
    }
}
