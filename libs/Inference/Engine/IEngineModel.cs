namespace Platform.Inference.Engine;

/// <summary>A loaded model. Thread-safe; outlives its contexts.</summary>
public interface IEngineModel : IDisposable
{
    ModelInfo Info { get; }

    /// <summary>The chat template in the model's own file, or null.</summary>
    string? ChatTemplate(string? name = null);

    /// <summary>Tokenizes UTF-8 text into <paramref name="tokens"/>; returns how many, or minus the number needed when the span is too small.</summary>
    int Tokenize(ReadOnlySpan<byte> utf8, Span<int> tokens, bool addSpecial, bool parseSpecial);

    /// <summary>Writes the bytes of a token (perhaps part of a character); returns how many, or minus the number needed. An id outside the vocabulary throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    /// <param name="special">Whether control tokens show their text; else they are empty.</param>
    int Piece(int token, Span<byte> utf8, bool special);

    /// <summary>Whether the token ends a generation.</summary>
    bool IsEnd(int token);

    /// <summary>Throws <see cref="EngineException"/> when the engine can't give what the spec asks for.</summary>
    IEngineContext CreateContext(in ContextSpec spec);
}

/// <summary>One KV cache and its compute buffers. Used by one thread, except <see cref="Abort"/>.</summary>
public interface IEngineContext : IDisposable
{
    ContextInfo Info { get; }
    IEngineBatch Batch { get; }

    /// <summary>Decodes <see cref="Batch"/>. Rows of the tokens added with output stay readable until the next decode.</summary>
    DecodeStatus Decode();

    /// <summary>Logits (one per vocabulary entry) of an output row of the last successful decode. May be changed in place by the caller.</summary>
    /// <param name="row">What <see cref="IEngineBatch.Add"/> returned.</param>
    Span<float> Logits(int row);

    /// <summary>Drops cells of a sequence from a position on. False: this model can't trim partially; clear the sequence (from 0) and read it again.</summary>
    bool Trim(int sequence, int fromPosition);

    /// <summary>Makes <paramref name="target"/> (cleared first) share the first <paramref name="length"/> cells of <paramref name="source"/>.</summary>
    void CopyPrefix(int source, int target, int length);

    /// <summary>Positions a sequence holds.</summary>
    int Length(int sequence);

    /// <summary>Copies what a sequence holds out of the cache, which keeps it; null when the engine can't.</summary>
    SavedSequence? Save(int sequence);

    /// <summary>Puts a copy into an empty sequence. False: no room, the sequence stays empty.</summary>
    bool Load(int sequence, SavedSequence saved);

    /// <summary>While on, a running decode returns <see cref="DecodeStatus.Aborted"/> soon. Any thread.</summary>
    void Abort(bool on);
}

/// <summary>Tokens of the next decode; memory is allocated once.</summary>
public interface IEngineBatch
{
    int Count { get; }

    /// <summary>Tokens that fit.</summary>
    int Capacity { get; }

    void Clear();

    /// <summary>Adds a token. Returns its output row when <paramref name="output"/>, else −1. Throws <see cref="InvalidOperationException"/> where the engine would abort: batch full, too many output rows, bad id.</summary>
    int Add(int token, int position, int sequence, bool output);
}

/// <param name="Name">As the file calls it.</param>
/// <param name="TrainContext">Context length it was trained with.</param>
/// <param name="Vocabulary">Number of tokens.</param>
/// <param name="Bos">Begin-of-sequence token, −1 when there is none.</param>
/// <param name="AddBos">Whether tokenizing with special tokens puts it first.</param>
/// <param name="CanTrim">Whether part of a sequence can be dropped (not so in recurrent models).</param>
public sealed record ModelInfo(string Name, int TrainContext, int Vocabulary, int Bos, int Eos, string BosText, string EosText, bool AddBos, bool CanTrim, IReadOnlyDictionary<string, string> Metadata);

/// <param name="ContextLength">Cells shared by all sequences.</param>
/// <param name="Sequences">Sequence ids 0 … n−1.</param>
/// <param name="BatchSize">Most tokens a decode takes.</param>
/// <param name="Outputs">Most output rows a decode takes.</param>
/// <param name="CacheType">How keys and values are kept.</param>
/// <param name="FlashAttention">Null: the engine decides.</param>
public readonly record struct ContextSpec(int ContextLength, int Sequences, int BatchSize, int Outputs, int Threads, CacheType CacheType = CacheType.F16, bool? FlashAttention = null);

/// <summary>Number format of a KV cache; the values are ggml's own.</summary>
public enum CacheType { F32 = 0, F16 = 1, Q40 = 2, Q41 = 3, Q50 = 6, Q51 = 7, Q80 = 8, Iq4Nl = 20, Bf16 = 30 }

/// <summary>What the engine really made of a <see cref="ContextSpec"/>.</summary>
/// <param name="IdleCellsCost">Whether a decode takes longer for cells that no sequence in it uses.</param>
/// <param name="LongRun">So many tokens of one sequence in one decode the engine rounds otherwise than fewer; <see cref="int.MaxValue"/>: it makes no difference.</param>
public readonly record struct ContextInfo(int ContextLength, int Sequences, int BatchSize, int Outputs, bool IdleCellsCost, int LongRun = int.MaxValue);

public enum DecodeStatus
{
    Ok,

    /// <summary>No cells left: nothing changed; evict or try a smaller batch.</summary>
    NoRoom,

    /// <summary>Some of the batch may be in the cache: re-read <see cref="IEngineContext.Length"/>.</summary>
    Aborted,

    /// <summary>The batch was refused; nothing changed.</summary>
    Invalid,

    /// <summary>The context can't be used any more.</summary>
    Fatal,
}

/// <summary>The engine could not load, create or decode; the message is fit for an operator.</summary>
public sealed class EngineException : Exception
{
    public EngineException() { }
    public EngineException(string message) : base(message) { }
    public EngineException(string message, Exception inner) : base(message, inner) { }
}
