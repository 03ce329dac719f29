using System.Text.RegularExpressions;
using Platform.Catalog.Memory;

namespace Platform.Catalog;

/// <summary>What a model must fulfil by itself.</summary>
internal static partial class ModelRules
{
    private static readonly string[] Engines = ["llama.cpp", "bigram", "onnx"];

    /// <summary>The field at fault and what is wrong with it; null: the model is fine.</summary>
    public static string? Broken(CatalogModel model)
    {
        if (!IsName(model.Id))
        {
            return $"id: \"{model.Id}\" is not a name: 1 to 200 letters, digits and . _ - : @ /, beginning with a letter or digit.";
        }

        if (!Engines.Contains(model.Engine))
        {
            return $"engine: \"{model.Engine}\" is none of {string.Join(", ", Engines)}.";
        }

        if (model.Files.Count == 0 && model.Engine != "bigram")
        {
            return "files: at least one is needed.";
        }

        return model.Aliases.Where(alias => !IsName(alias)).Select(alias => $"aliases: \"{alias}\" is not a name.").FirstOrDefault()
            ?? model.Files.Select(Broken).FirstOrDefault(problem => problem is not null)
            ?? Below(1, model.ContextLength, "context_length")
            ?? Below(1, model.DefaultOutputTokens, "default_output_tokens")
            ?? Below(1, model.Slots, "slots")
            ?? (model.Slots > 256 ? $"slots: {model.Slots} is more than 256." : null)
            ?? Below(0, model.QueueLimit, "queue_limit")
            ?? Below(1, model.Threads, "threads")
            ?? Below(model.ContextLength, model.CacheTokens, "cache_tokens")
            ?? Below(0, model.HostCacheTokens, "host_cache_tokens")
            ?? (CacheTypes.All.Contains(model.CacheType) ? null : $"cache_type: \"{model.CacheType}\" is none of {string.Join(", ", CacheTypes.All)}.")
            ?? (CacheTypes.HasBlocks(model.CacheType) && model.FlashAttention == false ? $"flash_attention: a {model.CacheType} cache works with flash attention only: leave it out, or set cache_type to f16." : null)
            ?? (model.GpuLayers < -1 ? $"gpu_layers: {model.GpuLayers} is less than −1." : null)
            ?? (model.Threads > 512 ? $"threads: {model.Threads} is more than 512." : null)
            ?? (model.TensorSplit.Any(share => !double.IsFinite(share) || share < 0) || (model.TensorSplit.Count > 0 && model.TensorSplit.Sum() <= 0) ? $"tensor_split: {string.Join(", ", model.TensorSplit)} are no shares: numbers from 0, not all 0." : null)
            ?? (model.Adapter is { } adapter ? Broken(adapter, model.Engine) : null)
            ?? (model.Speculation is { } speculation ? Broken(speculation, model.Engine) : null)
            ?? Below(0, model.Prices.Input, "prices.input")
            ?? Below(0, model.Prices.CachedInput, "prices.cached_input")
            ?? Below(0, model.Prices.Output, "prices.output")
            ?? BrokenEmbedding(model)
            ?? Below(0, model.Prices.Second, "prices.second")
            ?? (model.Kind == ModelKind.Video && model.Video is null ? "video: a video model must say what it can make." : null)
            ?? (model.Video is { } video ? Broken(video) : null)
            ?? (model.Template is { } template && !File.Exists(template) ? $"template: {template} is not there." : null);
    }

    private static string? Broken(VideoAbilities video) =>
        video.Sizes.Count == 0 ? "video.sizes: at least one is needed."
        : video.Sizes.FirstOrDefault(size => !Size().IsMatch(size)) is { } size ? $"video.sizes: \"{size}\" is not a width and a height like 832x480."
        : video.Seconds.Count == 0 ? "video.seconds: at least one is needed."
        : Below(1, video.Seconds.Min(), "video.seconds") ?? Below(1, video.Fps, "video.fps") ?? Below(1, video.FrameStep, "video.frame_step")
            ?? (video.SegmentFrames < 1 || (video.SegmentFrames - 1) % video.FrameStep != 0 ? $"video.segment_frames: {video.SegmentFrames} is not 1 more than a multiple of {video.FrameStep}." : null)
            ?? Below(1, video.MaxFrames, "video.max_frames") ?? Below(1, video.Steps, "video.steps") ?? Below(video.Steps, video.MaxSteps, "video.max_steps");

    public static bool IsName(string name) => Name().IsMatch(name);

    private static string? Broken(ModelFile file)
    {
        if (!Hash().IsMatch(file.Sha256))
        {
            return $"files: sha256: \"{file.Sha256}\" is not 64 lower-case hexadecimal digits ({file.Path}).";
        }

        var found = new FileInfo(file.Path);
        if (!found.Exists)
        {
            return $"files: {file.Path} is not there.";
        }

        return file.Bytes is { } bytes && bytes != found.Length ? $"files: bytes: {file.Path} has {found.Length} bytes, not {bytes}." : null;
    }

    private static string? BrokenEmbedding(CatalogModel model) => (model.Kind, model.Engine, model.Embedding) switch
    {
        (ModelKind.Embedding, "onnx" or "llama.cpp", null) => "embedding: is needed, with its dimensions.",
        (ModelKind.Embedding, "onnx", { Pooling: VectorPooling.Rank }) => "embedding.pooling: rank is for llama.cpp.",
        (ModelKind.Embedding, "llama.cpp", var embedding) => Below(1, embedding.Dimensions, "embedding.dimensions") ?? Below(1, embedding.BatchSize, "embedding.batch_size"),
        (ModelKind.Embedding, "onnx", var embedding) =>
            Below(1, embedding.Dimensions, "embedding.dimensions") ?? Below(1, embedding.BatchSize, "embedding.batch_size") ?? Lacking(model, "vocab.txt") ?? Lacking(model, "tokenizer_config.json"),
        (_, _, not null) => "embedding: is for embedding models on onnx and llama.cpp.",
        _ => null,
    };

    private static string? Lacking(CatalogModel model, string file) => model.FileNamed(file) is null ? $"files: {file} is needed." : null;

    private static string? Broken(ModelAdapter adapter, string engine) =>
        engine != "llama.cpp" ? $"adapter: the engine {engine} knows no adapters."
        : !Hash().IsMatch(adapter.Sha256) ? $"adapter.sha256: \"{adapter.Sha256}\" is not 64 lower-case hexadecimal digits."
        : !double.IsFinite(adapter.Scale) || Math.Abs(adapter.Scale) > 100 ? $"adapter.scale: {adapter.Scale} is not −100 to 100."
        : !File.Exists(adapter.Path) ? $"adapter.path: {adapter.Path} is not there."
        : null;

    private static string? Broken(ModelSpeculation speculation, string engine) =>
        engine is not ("llama.cpp" or "bigram") ? $"speculation: the engine {engine} draws no tokens."
        : speculation.MaxTokens is < 1 or > 16 ? $"speculation.max_tokens: {speculation.MaxTokens} is not 1 to 16."
        : speculation.Draft is { } draft && Broken(draft) is { } problem ? $"speculation.draft: {problem}"
        : null;

    private static string? Below(decimal least, decimal? value, string field) => value < least ? $"{field}: {value} is less than {least}." : null;

    [GeneratedRegex(@"\A[A-Za-z0-9](?:[A-Za-z0-9._:@-]|/(?=[A-Za-z0-9])){0,199}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[1-9][0-9]{0,4}x[1-9][0-9]{0,4}\z")]
    private static partial Regex Size();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Hash();
}
