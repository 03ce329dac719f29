using Platform.Grammars.Matching;

namespace Platform.Grammars;

/// <summary>
/// Follows a text through a grammar byte by byte, all ways at once, as a graph-structured stack; what a step costs is bounded, and steps that come back to where they were cost a look-up.
/// Used by one thread.
/// </summary>
public sealed class GrammarMatcher
{
    private const int Kept = 256;

    private readonly Grammar grammar;
    private readonly Dictionary<Kernel, MatchState> known = [];
    private readonly HashSet<Configuration> seen = [];
    private readonly Stack<Configuration> open = [];
    private readonly Dictionary<int, Frame> begun = [];
    private readonly List<Configuration> kernel = [];
    private readonly Frame root = new(new Callers());
    private int work;

    public GrammarMatcher(Grammar grammar)
    {
        this.grammar = grammar;
        kernel.Add(new Configuration(grammar.Start, root));
        Start = Close();
    }

    public MatchState Start { get; }

    /// <summary>Begins what <see cref="Follow"/> may spend anew.</summary>
    public void Rest() => work = 0;

    /// <exception cref="GrammarException">There are too many ways to read the text.</exception>
    public MatchState Follow(MatchState state, ReadOnlySpan<byte> bytes)
    {
        foreach (var next in bytes)
        {
            state = Follow(state, next);
        }

        return state;
    }

    /// <exception cref="GrammarException">There are too many ways to read the text.</exception>
    public MatchState Follow(MatchState state, byte next)
    {
        if (!state.CanContinue)
        {
            return MatchState.Dead;
        }

        var byteClass = grammar.Classes[next];
        return state[byteClass] ??= Advance(state, byteClass);
    }

    private MatchState Advance(MatchState state, int byteClass)
    {
        kernel.Clear();
        foreach (var way in state.Ways)
        {
            foreach (ref readonly var move in grammar.States[way.State].AsSpan())
            {
                if (move.Kind == MoveKind.Byte && move.Low <= byteClass && byteClass <= move.High)
                {
                    kernel.Add(new Configuration(move.Target, way.Frame));
                }
            }
        }

        if (kernel.Count == 0)
        {
            return MatchState.Dead;
        }

        var key = new Kernel([.. kernel]);
        if (!known.TryGetValue(key, out var next))
        {
            if (known.Count >= Kept)
            {
                known.Clear();
            }

            known[key] = next = Close();
        }

        return next;
    }

    /// <summary>Goes every way from the kernel that needs no byte.</summary>
    private MatchState Close()
    {
        seen.Clear();
        begun.Clear();
        open.Clear();
        var ways = new List<Configuration>();
        var canEnd = false;
        foreach (var way in kernel)
        {
            open.Push(way);
        }

        while (open.TryPop(out var way))
        {
            if (++work > Limits.Work || seen.Count > Limits.Configurations)
            {
                throw new GrammarException("The grammar is too ambiguous: there are too many ways to read the same text.");
            }

            if (!seen.Add(way))
            {
                continue;
            }

            var reads = false;
            foreach (ref readonly var move in grammar.States[way.State].AsSpan())
            {
                switch (move.Kind)
                {
                    case MoveKind.Byte:
                        reads = true;
                        break;
                    case MoveKind.Empty:
                        open.Push(new Configuration(move.Target, way.Frame));
                        break;
                    case MoveKind.Call:
                        Call(move, way.Frame);
                        break;
                    case MoveKind.Count:
                        canEnd |= Count(move, way.Frame);
                        break;
                    case MoveKind.End:
                        canEnd |= Return(way.Frame);
                        break;
                }
            }

            if (reads)
            {
                ways.Add(way);
            }
        }

        return ways.Count == 0 && !canEnd ? MatchState.Dead : new MatchState([.. ways], canEnd, grammar.ClassCount);
    }

    private void Call(in Move move, Frame caller)
    {
        if (!begun.TryGetValue(move.Start, out var frame))
        {
            begun[move.Start] = frame = new Frame(new Callers());
        }

        frame.Callers.Returns.Add(new Configuration(move.Target, caller));
        open.Push(new Configuration(move.Start, frame));
        if (frame.Callers.IsNullable)
        {
            open.Push(new Configuration(move.Target, caller));
        }
    }

    private bool Count(in Move move, Frame frame)
    {
        if (frame.Count < move.High)
        {
            open.Push(new Configuration(move.Start, frame.Next()));
        }

        return frame.Count >= move.Low && Return(frame);
    }

    /// <summary>True: the whole text may end here.</summary>
    private bool Return(Frame frame)
    {
        if (ReferenceEquals(frame, root))
        {
            return true;
        }

        frame.Callers.IsNullable = true;
        foreach (var way in frame.Callers.Returns)
        {
            open.Push(way);
        }

        return false;
    }

    /// <summary>Where the ways stand after a byte, before they go on without one.</summary>
    private readonly struct Kernel(Configuration[] ways) : IEquatable<Kernel>
    {
        private readonly Configuration[] ways = ways;

        public bool Equals(Kernel other) => ways.AsSpan().SequenceEqual(other.ways);

        public override bool Equals(object? obj) => obj is Kernel other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var way in ways)
            {
                hash.Add(way);
            }

            return hash.ToHashCode();
        }
    }
}
