using System.Text.RegularExpressions;

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
            ?? Below(0, model.Prices.Input, "prices.input")
            ?? Below(0, model.Prices.CachedInput, "prices.cached_input")
            ?? Below(0, model.Prices.Output, "prices.output")
            ?? BrokenEmbedding(model)
            ?? (model.Template is { } template && !File.Exists(template) ? $"template: {template} is not there." : null);
    }

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
        (ModelKind.Embedding, "onnx", null) => "embedding: is needed, with its dimensions.",
        (ModelKind.Embedding, "onnx", var embedding) =>
            Below(1, embedding.Dimensions, "embedding.dimensions") ?? Below(1, embedding.BatchSize, "embedding.batch_size") ?? Lacking(model, "vocab.txt") ?? Lacking(model, "tokenizer_config.json"),
        (_, _, not null) => "embedding: is for embedding models on onnx.",
        _ => null,
    };

    private static string? Lacking(CatalogModel model, string file) => model.FileNamed(file) is null ? $"files: {file} is needed." : null;

    private static string? Below(decimal least, decimal? value, string field) => value < least ? $"{field}: {value} is less than {least}." : null;

    [GeneratedRegex(@"\A[A-Za-z0-9](?:[A-Za-z0-9._:@-]|/(?=[A-Za-z0-9])){0,199}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Hash();
}
