namespace Platform.Catalog;

/// <summary>One model of the catalogue.</summary>
public sealed record CatalogModel
{
    /// <summary>Id in the API; may hold slashes.</summary>
    public required string Id { get; init; }

    /// <summary>Other names that lead to it; answers name <see cref="Id"/>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public required ModelKind Kind { get; init; }

    /// <summary><c>llama.cpp</c>, <c>bigram</c>, <c>onnx</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>First file is the one the engine opens. Empty only for the bigram engine.</summary>
    public IReadOnlyList<ModelFile> Files { get; init; } = [];

    /// <summary>Tokens a sequence may have, prompt and output together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Output tokens when a request names no maximum; null: until the context is full.</summary>
    public int? DefaultOutputTokens { get; init; }

    /// <summary>Chat template file that replaces the model's own; null: the model's own.</summary>
    public string? Template { get; init; }

    public string License { get; init; } = "";
    public string Family { get; init; } = "";

    /// <summary>Who made it; <c>owned_by</c> in the API.</summary>
    public string Owner { get; init; } = "platform";

    /// <summary>Address it was pulled from.</summary>
    public string Source { get; init; } = "";

    /// <summary>Unix seconds of the model's release; <c>created</c> in the API.</summary>
    public long Created { get; init; }

    public Prices Prices { get; init; } = new();

    /// <summary>What a video model can make; null for all others.</summary>
    public VideoAbilities? Video { get; init; }

    /// <summary>Sequences a worker decodes at once; of an embedding model requests it takes at once.</summary>
    public int Slots { get; init; } = 8;

    /// <summary>Cells a worker's cache has for all sequences; null: two full contexts.</summary>
    public int? CacheTokens { get; init; }

    /// <summary>Tokens of idle conversations whose cache a worker keeps in its host's memory; null: as many as <see cref="CacheTokens"/>.</summary>
    public int? HostCacheTokens { get; init; }

    /// <summary>Who shares what a worker's cache holds of prompts that begin alike.</summary>
    public CacheSharing CacheSharing { get; init; } = CacheSharing.Project;

    /// <summary>Requests that may wait for a worker before more are refused.</summary>
    public int QueueLimit { get; init; } = 192;

    /// <summary>Engine threads; null: cores − 1, at least 1.</summary>
    public int? Threads { get; init; }

    /// <summary>How an embedding model on ONNX makes its vectors; null for every other model.</summary>
    public EmbeddingSettings? Embedding { get; init; }

    /// <summary>Every generation is decoded alone, in fixed parts: the same request gives the same tokens every time, one after the other. Else only those that ask for it.</summary>
    public bool Deterministic { get; init; }

    /// <summary>How keys and values are kept: one of <see cref="Memory.CacheTypes"/>; q8_0 takes half the room of f16.</summary>
    public string CacheType { get; init; } = Memory.CacheTypes.Default;

    /// <summary>Null: the engine decides.</summary>
    public bool? FlashAttention { get; init; }

    /// <summary>Layers that go to GPUs; null: all.</summary>
    public int? GpuLayers { get; init; }

    /// <summary>Shares of the GPUs, in their order; empty: the engine divides.</summary>
    public IReadOnlyList<double> TensorSplit { get; init; } = [];

    /// <summary>LoRA adapter over <see cref="Files"/>, so that a model of its own stands on weights another one uses too.</summary>
    public ModelAdapter? Adapter { get; init; }

    /// <summary>How tokens are guessed ahead so that fewer steps are needed; null: they are not. The output is the same with and without.</summary>
    public ModelSpeculation? Speculation { get; init; }

    /// <summary>Milliseconds every step of the bigram engine takes on top, so that it behaves like a slow model.</summary>
    public double StepDelayMs { get; init; }

    /// <summary>The file of that name in whatever folder; null: there is none.</summary>
    public ModelFile? FileNamed(string name) => Files.FirstOrDefault(file => System.IO.Path.GetFileName(file.Path) == name);
}

public enum ModelKind { Chat, Embedding, Video }

public enum CacheSharing
{
    /// <summary>No project can tell from the time of its first token, or from its cached tokens, what another one has asked.</summary>
    Project,

    /// <summary>All projects read a common beginning, like a system prompt, once.</summary>
    All,
}

/// <param name="Path">Relative to the catalogue file, or absolute; absolute in a loaded catalogue.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
/// <param name="Bytes">Size, checked when the catalogue is read; null: not checked.</param>
public sealed record ModelFile(string Path, string Sha256, long? Bytes = null);

/// <param name="Path">GGUF file; relative to the catalogue file, or absolute.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
/// <param name="Scale">How strongly it counts.</param>
public sealed record ModelAdapter(string Path, string Sha256, double Scale = 1);

/// <param name="Draft">Smaller model of the same vocabulary that guesses; null: guesses are what followed the same tokens before, in the conversation or the request's <c>prediction</c>.</param>
/// <param name="MaxTokens">Most tokens guessed at once for a sequence, 1–16.</param>
public sealed record ModelSpeculation(ModelFile? Draft = null, int MaxTokens = 8);

/// <summary>Per million tokens, in the catalogue's currency unit.</summary>
/// <param name="Second">Per second of video.</param>
public sealed record Prices(decimal Input = 0, decimal CachedInput = 0, decimal Output = 0, decimal Second = 0)
{
    /// <summary>In millionths of the currency unit: a price per million tokens is a price in millionths per token.</summary>
    public long Micros(int promptTokens, int cachedTokens, int completionTokens) =>
        (long)Math.Round(((promptTokens - cachedTokens) * Input) + (cachedTokens * CachedInput) + (completionTokens * Output));

    /// <summary>What so many tokens cost at most, in millionths of the currency unit, whatever of them is cached.</summary>
    public long MostMicros(long promptTokens, long completionTokens) => (long)Math.Ceiling((promptTokens * Math.Max(Input, CachedInput)) + (completionTokens * Output));

    /// <summary>Of a video, in millionths of the currency unit.</summary>
    public long VideoMicros(int frames, int fps) => (long)Math.Ceiling((decimal)frames / fps * Second * 1_000_000);
}

public enum VectorPooling
{
    Mean,
    First,
    Last,

    /// <summary>No vector: how well a document answers a query, of both read together.</summary>
    Rank,
}

public sealed record EmbeddingSettings
{
    /// <summary>How the vectors of a text's tokens become one; null: as the model's file says, or by their mean.</summary>
    public VectorPooling? Pooling { get; init; }

    /// <summary>Length of a vector; of a ranking model 1.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Whether the first part of a vector is a fair vector too, so that a request may ask for fewer dimensions.</summary>
    public bool Shortens { get; init; }

    /// <summary>Texts in one run. 1 where a run's texts change each other's vectors, as dynamically quantised activations do.</summary>
    public int BatchSize { get; init; } = 32;
}
