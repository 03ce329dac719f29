using Platform.Inference.Bigram;
using Platform.Inference.Engine;

namespace Platform.Inference.Tests.Batching;

/// <summary>
/// A bigram engine whose logits depend on every token of the sequence, so that a wrong cache changes the output; tests can watch, hold up and break its decodes.
/// </summary>
internal sealed class HistoryModel(BigramOptions? options = null) : IEngineModel
{
    private readonly BigramModel inner = new(options);

    /// <summary>Called before each decode with what it reads; a status other than Ok is returned instead of decoding.</summary>
    public Func<List<Read>, DecodeStatus> OnDecode { get; set; } = _ => DecodeStatus.Ok;

    /// <summary>Called for each row before it can be read.</summary>
    public Action<Read, Span<float>> OnRow { get; set; } = (_, _) => { };

    /// <summary>So many tokens of a sequence at once leave another history than fewer.</summary>
    public int LongRun { get; init; } = int.MaxValue;

    /// <summary>Forbids the token that ends a generation.</summary>
    public bool Endless { get; init; }

    public Func<bool> CanCreate { get; set; } = () => true;
    public int Contexts { get; private set; }

    /// <summary>Decodes that were not Ok.</summary>
    public int Refusals { get; private set; }

    public ModelInfo Info => inner.Info;
    public string? ChatTemplate(string? name = null) => inner.ChatTemplate(name);
    public int Tokenize(ReadOnlySpan<byte> utf8, Span<int> tokens, bool addSpecial, bool parseSpecial) => inner.Tokenize(utf8, tokens, addSpecial, parseSpecial);
    public int Piece(int token, Span<byte> utf8, bool special) => inner.Piece(token, utf8, special);
    public bool IsEnd(int token) => inner.IsEnd(token);
    public void Dispose() => inner.Dispose();

    public IEngineContext CreateContext(in ContextSpec spec)
    {
        if (!CanCreate())
        {
            throw new EngineException("no context");
        }

        Contexts++;
        return new Context(this, inner.CreateContext(spec));
    }

    /// <param name="Sequences">Sequences of the context that reads it.</param>
    internal readonly record struct Read(int Token, int Position, int Sequence, int Row, int Sequences);

    private sealed class Context(HistoryModel model, IEngineContext inner) : IEngineContext, IEngineBatch
    {
        private readonly List<Read> reads = [];
        private readonly List<ulong>[] histories = [.. Enumerable.Range(0, inner.Info.Sequences).Select(_ => new List<ulong>())];
        private bool disposed;

        private int Eos => model.Info.Eos;

        public ContextInfo Info => inner.Info with { LongRun = model.LongRun };
        public IEngineBatch Batch => this;
        public int Count => reads.Count;
        public int Capacity => inner.Batch.Capacity;

        public void Clear()
        {
            inner.Batch.Clear();
            reads.Clear();
        }

        public int Add(int token, int position, int sequence, bool output)
        {
            var row = inner.Batch.Add(token, position, sequence, output);
            reads.Add(new Read(token, position, sequence, row, Info.Sequences));
            return row;
        }

        public DecodeStatus Decode()
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var status = model.OnDecode(reads);
            status = status == DecodeStatus.Ok ? inner.Decode() : status;
            if (status != DecodeStatus.Ok)
            {
                model.Refusals++;
                return status;
            }

            var runs = reads.CountBy(read => read.Sequence).ToDictionary();
            foreach (var read in reads)
            {
                var history = histories[read.Sequence];
                history.Add(Mix((history.Count == 0 ? 0 : history[^1]) + (ulong)read.Token + (runs[read.Sequence] >= model.LongRun ? 2u : 1u)));
                if (read.Row >= 0)
                {
                    var row = inner.Logits(read.Row);
                    for (var token = 0; token < row.Length; token++)
                    {
                        row[token] += 4 * ((Mix(history[^1] + (ulong)token) >> 40) * (1f / (1 << 24)));
                    }

                    row[Eos] = model.Endless ? float.NegativeInfinity : row[Eos];
                    model.OnRow(read, row);
                }
            }

            return DecodeStatus.Ok;
        }

        public Span<float> Logits(int row) => inner.Logits(row);

        public bool Trim(int sequence, int fromPosition)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (!inner.Trim(sequence, fromPosition))
            {
                return false;
            }

            var history = histories[sequence];
            history.RemoveRange(Math.Min(fromPosition, history.Count), Math.Max(0, history.Count - fromPosition));
            return true;
        }

        public void CopyPrefix(int source, int target, int length)
        {
            inner.CopyPrefix(source, target, length);
            histories[target].Clear();
            histories[target].AddRange(histories[source][..length]);
        }

        public int Length(int sequence) => inner.Length(sequence);

        public SavedSequence? Save(int sequence) => new Saved([.. histories[sequence]], inner.Save(sequence)!);

        public bool Load(int sequence, SavedSequence saved)
        {
            var (history, held) = ((Saved)saved).Read();
            if (!inner.Load(sequence, held))
            {
                return false;
            }

            histories[sequence].AddRange(history);
            return true;
        }

        public void Abort(bool on) => inner.Abort(on);

        public void Dispose()
        {
            disposed = true;
            inner.Dispose();
        }

        private sealed class Saved(ulong[] history, SavedSequence inner) : SavedSequence
        {
            private bool gone;

            public override int Length => inner.Length;

            public (ulong[] History, SavedSequence Inner) Read()
            {
                ObjectDisposedException.ThrowIf(gone, this);
                return (history, inner);
            }

            public override void Dispose() => gone = true;
        }

        /// <summary>Finaliser of splitmix64.</summary>
        private static ulong Mix(ulong value)
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
