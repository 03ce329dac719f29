using System.Collections.Concurrent;
using Platform.Catalog;
using Platform.Grains.Pools;
using Platform.Observability.Metering;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>A model of the catalogue with what every request to it needs, worked out once.</summary>
internal sealed class ServedModel(CatalogModel entry)
{
    public CatalogModel Entry => entry;
    public string Id => entry.Id;
    public string ArtifactHash { get; } = ModelCatalog.ArtifactHash(entry);
    public string SystemFingerprint => field ??= FingerprintOf(ArtifactHash);
    public ModelMetrics Metrics { get; } = GenAiMetrics.For(entry.Id);

    public static string FingerprintOf(string artifactHash) => $"fp_{artifactHash[..Math.Min(10, artifactHash.Length)]}";
}

internal sealed class ServedModels(ModelCatalog catalog, IGrainFactory grains, TimeProvider clock)
{
    private static readonly TimeSpan OverheadKept = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, ServedModel> served = new();
    private readonly ConcurrentDictionary<string, (int Tokens, long At)> overheads = new();

    public ServedModel? Find(string name)
    {
        if (catalog.Find(name) is not { } entry) return null;
        return served.TryGetValue(entry.Id, out var known) && ReferenceEquals(known.Entry, entry) ? known : served[entry.Id] = new ServedModel(entry);
    }

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
        if (Find(name) is not { } model) return ApiError.ModelNotFound(name);
        return model.Entry.Kind == ModelKind.Embedding ? model : new ApiError(403, "You are not allowed to generate embeddings from this model", "invalid_request_error", "model");
    }

    /// <summary>Tokens the model's template adds to the messages.</summary>
    public ValueTask<int> TemplateOverhead(string model) =>
        overheads.TryGetValue(model, out var known) && clock.GetElapsedTime(known.At) < OverheadKept ? new(known.Tokens) : Ask(model);

    private async ValueTask<int> Ask(string model)
    {
        var report = await grains.GetGrain<IPool>(model).Read();
        overheads[model] = (report.TemplateOverhead, clock.GetTimestamp());
        return report.TemplateOverhead;
    }
}
