using Platform.Catalog.Gguf;

namespace Platform.Catalog.Memory;

/// <summary>
/// Memory a llama.cpp model takes, estimated from its file's header before it is loaded; never less than it really takes.
/// </summary>
/// <param name="Weights">The files.</param>
/// <param name="Cache">Keys and values of all cells.</param>
/// <param name="Host">Caches of idle conversations, kept beside it.</param>
/// <param name="Buffers">What a step computes in, the output rows, and the tokenizer.</param>
public sealed record MemoryNeed(long Weights, long Cache, long Host, long Buffers)
{
    /// <summary>Tokens of the largest step: a prefill chunk beside a token of every slot, at most what one graph takes.</summary>
    private const int Chunk = 256, MostInOneGraph = 512;

    /// <summary>Sequence ids, and with them output rows, beyond the slots.</summary>
    private const int SpareRows = 24;

    /// <summary>Guessed tokens of a step, each with a row.</summary>
    private const int GuessedRows = 16;

    private const long Fixed = 24L << 20;

    /// <summary>Bytes for a token of the vocabulary: its text, scores and the tables that look it up, in native code and here.</summary>
    private const int PerVocabularyEntry = 512;

    public long Total => Weights + Cache + Host + Buffers;

    /// <exception cref="CatalogException">The model's file can't be read.</exception>
    public static MemoryNeed Of(CatalogModel model)
    {
        var need = Of(model, GgufHeader.Read(model.Files[0].Path));
        if (model.Speculation?.Draft is not { } draft) return need;
        var beside = Of(model with { Files = [draft], Adapter = null, Deterministic = false, HostCacheTokens = 0 }, GgufHeader.Read(draft.Path));
        return new MemoryNeed(need.Weights + beside.Weights, need.Cache + beside.Cache, need.Host, need.Buffers + beside.Buffers);
    }

    /// <summary>Of a model whose tokens' vectors are pooled: a whole context of them is one step, and nothing is kept after it. llama.cpp works out their logits too.</summary>
    /// <exception cref="CatalogException">The model's file can't be read.</exception>
    public static MemoryNeed OfVectors(CatalogModel model) =>
        Of(model with { FlashAttention = null, CacheType = CacheTypes.Default }, GgufHeader.Read(model.Files[0].Path), Whole(model.ContextLength), hostCells: 0, model.ContextLength, logitRows: 2L * model.ContextLength);

    internal static MemoryNeed Of(CatalogModel model, GgufHeader header) => Of(
        model, header, Cells(model) + (model.Deterministic ? model.ContextLength : 0), model.HostCacheTokens ?? Cells(model), Math.Min(Chunk + model.Slots, MostInOneGraph),
        3L * (model.Slots + SpareRows + (model.Speculation is null ? 0 : GuessedRows))); // kept by llama.cpp, while they are computed, and here

    /// <param name="batch">Tokens of the largest step.</param>
    /// <param name="logitRows">Rows of logits that are held at once, every copy counted.</param>
    private static MemoryNeed Of(CatalogModel model, GgufHeader header, long cells, long hostCells, long batch, long logitRows)
    {
        var weights = model.Files.Sum(file => new FileInfo(file.Path).Length) + (model.Adapter is { } adapter ? new FileInfo(adapter.Path).Length : 0);
        var (layers, embedding, heads) = (Number(header, "block_count", 0), Number(header, "embedding_length", 0), Number(header, "attention.head_count", 1));
        var (keyLength, valueLength) = (Number(header, "attention.key_length", embedding / Math.Max(1, heads)), Number(header, "attention.value_length", embedding / Math.Max(1, heads)));
        var cacheHeads = header.Numbers($"{header.Architecture}.attention.head_count_kv", (int)layers) ?? header.Numbers($"{header.Architecture}.attention.head_count", (int)layers) ?? [];
        var cache = cacheHeads.Sum(count => cells * (CacheTypes.Bytes(model.CacheType, count * keyLength) + CacheTypes.Bytes(model.CacheType, count * valueLength)));

        var vocabulary = header.Number($"{header.Architecture}.vocab_size") ?? header.Number("tokenizer.ggml.tokens") ?? 0;
        var feedForward = header.Numbers($"{header.Architecture}.feed_forward_length", 1) is { Count: > 0 } wide ? wide.Max() : 4 * embedding;
        var activations = batch * ((6 * embedding) + (3 * feedForward) + (4 * heads * Math.Max(keyLength, valueLength))) * sizeof(float);

        // a mask over all cells; without flash attention a score for every head on top
        var attention = cells * batch * (model.FlashAttention == false ? 8 + (sizeof(float) * heads) : 3);

        var logits = logitRows * vocabulary * sizeof(float);
        return new MemoryNeed(weights, cache, cells == 0 ? 0 : cache / cells * hostCells, activations + attention + logits + (vocabulary * PerVocabularyEntry) + Fixed);
    }

    /// <summary>Why it is not served, and with which settings it would be.</summary>
    public string Refusal(CatalogModel model, long room)
    {
        var what = $"it needs {ByteSize.Of(Total)} (weights {ByteSize.Of(Weights)}, cache of {Cells(model)} tokens in {model.CacheType} {ByteSize.Of(Cache)}, idle conversations {ByteSize.Of(Host)}, buffers {ByteSize.Of(Buffers)}) and {ByteSize.Of(room)} are there for models";
        var ways = Ways(model).Where(way => Of(way.Model).Total <= room).Select(way => $"{way.Setting} would need {ByteSize.Of(Of(way.Model).Total)}").Take(3).ToList();
        return ways.Count > 0 ? $"{what}: {string.Join(", ", ways)}." : $"{what}: not even a short context would help; take a smaller model or fewer bits, or raise the worker's memory budget.";
    }

    private static IEnumerable<(string Setting, CatalogModel Model)> Ways(CatalogModel model)
    {
        if (model.Speculation?.Draft is not null) yield return ("\"speculation\" without a draft model", model with { Speculation = model.Speculation with { Draft = null } });
        if (model.HostCacheTokens != 0) yield return ("\"host_cache_tokens\": 0", model with { HostCacheTokens = 0 });
        if (model.FlashAttention == false) yield return ("\"flash_attention\" left out", model with { FlashAttention = null });
        if (model.FlashAttention != false && model.CacheType is "f32" or "f16" or "bf16") yield return ("\"cache_type\": \"q8_0\"", model with { CacheType = "q8_0" });
        if (Cells(model) > model.ContextLength) yield return ($"\"cache_tokens\": {model.ContextLength}", model with { CacheTokens = model.ContextLength });
        if (model.Slots > 2) yield return ("\"slots\": 2", model with { Slots = 2 });
        for (var length = model.ContextLength / 2; length >= 512; length /= 2) yield return ($"\"context_length\": {length} with \"host_cache_tokens\": 0", model with { ContextLength = length, CacheTokens = null, HostCacheTokens = 0 });
    }

    /// <summary>llama.cpp makes them a multiple of 256.</summary>
    private static long Cells(CatalogModel model) => Whole(model.CacheTokens ?? (2L * model.ContextLength));

    private static long Whole(long cells) => (cells + 255) / 256 * 256;

    private static long Number(GgufHeader header, string key, long otherwise) => header.Numbers($"{header.Architecture}.{key}", 1) is { Count: > 0 } each ? each.Max() : otherwise;
}
