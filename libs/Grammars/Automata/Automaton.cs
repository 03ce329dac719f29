using Platform.Grammars.Gbnf;

namespace Platform.Grammars.Automata;

/// <summary>A deterministic automaton over code points; state 0 is the first. What it can't hold in <see cref="MostStates"/> states is refused.</summary>
internal sealed class Automaton
{
    public const int MostStates = 4000;

    private readonly List<bool> accepting = [];
    private readonly List<List<(CodePointRange Range, int Target)>> moves = [];

    public int Count => accepting.Count;

    /// <summary>Whether it accepts nothing.</summary>
    public bool IsEmpty => !Live()[0];

    public bool IsAccepting(int state) => accepting[state];

    public IReadOnlyList<(CodePointRange Range, int Target)> Moves(int state) => moves[state];

    public int Add(bool accepts)
    {
        if (Count >= MostStates)
        {
            throw new GrammarException($"It takes more than {MostStates} states to keep to it.");
        }

        accepting.Add(accepts);
        moves.Add([]);
        return Count - 1;
    }

    public void Move(int from, CodePointRange range, int to) => moves[from].Add((range, to));

    /// <summary>Determinises an expression without references.</summary>
    public static Automaton Of(Expression expression)
    {
        var (states, start) = Ways.Of(expression);
        var made = new Automaton();
        var known = new Dictionary<string, int>();
        var open = new Queue<(int State, SortedSet<int> Set)>();
        int StateOf(SortedSet<int> set)
        {
            var key = string.Join(',', set);
            if (!known.TryGetValue(key, out var state))
            {
                known[key] = state = made.Add(set.Contains(Ways.End));
                open.Enqueue((state, set));
            }

            return state;
        }

        StateOf(Ways.Closure(states, [start]));
        while (open.TryDequeue(out var next))
        {
            var steps = next.Set.SelectMany(state => states[state].Reads).ToList();
            foreach (var range in Cut(steps.Select(step => step.Range)))
            {
                var targets = steps.Where(step => step.Range.Low <= range.Low && range.High <= step.Range.High).Select(step => step.Target);
                made.Move(next.State, range, StateOf(Ways.Closure(states, targets)));
            }
        }

        return made;
    }

    public Automaton Intersect(Automaton other) => Combine(other, (a, b) => a && b);

    public Automaton Except(Automaton other) => Combine(other, (a, b) => a && !b);

    /// <summary>The states from which an accepting one can be reached.</summary>
    public bool[] Live()
    {
        var live = accepting.ToArray();
        for (var changed = true; changed;)
        {
            changed = false;
            for (var state = Count - 1; state >= 0; state--)
            {
                if (!live[state] && moves[state].Any(move => live[move.Target]))
                {
                    live[state] = changed = true;
                }
            }
        }

        return live;
    }

    /// <summary>Lengths of what it accepts, in code points; no longest: without end.</summary>
    public (int Shortest, int? Longest) Lengths()
    {
        var live = Live();
        var shortest = -1;
        var current = new HashSet<int> { 0 };
        for (var length = 0; length <= Count; length++)
        {
            if (shortest < 0 && current.Any(state => accepting[state]))
            {
                shortest = length;
            }

            var next = current.SelectMany(state => moves[state]).Select(move => move.Target).Where(state => live[state]).ToHashSet();
            if (next.Count == 0)
            {
                return (Math.Max(0, shortest), length);
            }

            current = next;
        }

        return (Math.Max(0, shortest), null);
    }

    private Automaton Combine(Automaton other, Func<bool, bool, bool> accepts)
    {
        var made = new Automaton();
        var known = new Dictionary<(int, int), int>();
        var open = new Queue<(int, int)>();
        int StateOf((int A, int B) pair)
        {
            if (!known.TryGetValue(pair, out var state))
            {
                known[pair] = state = made.Add(accepts(accepting[pair.A], pair.B >= 0 && other.accepting[pair.B]));
                open.Enqueue(pair);
            }

            return state;
        }

        StateOf((0, 0));
        while (open.TryDequeue(out var pair))
        {
            var (a, b) = pair;
            IReadOnlyList<(CodePointRange Range, int Target)> theirs = b >= 0 ? other.moves[b] : [];
            foreach (var range in Cut(moves[a].Concat(theirs).Select(move => move.Range)))
            {
                var mine = moves[a].FirstOrDefault(move => move.Range.Low <= range.Low && range.High <= move.Range.High, (default, -1));
                if (mine.Target >= 0)
                {
                    var its = theirs.FirstOrDefault(move => move.Range.Low <= range.Low && range.High <= move.Range.High, (default, -1));
                    made.Move(known[pair], range, StateOf((mine.Target, its.Target)));
                }
            }
        }

        return made;
    }

    /// <summary>Cuts ranges so that each piece lies wholly inside or outside of every one.</summary>
    private static List<CodePointRange> Cut(IEnumerable<CodePointRange> ranges)
    {
        var all = ranges.Distinct().ToList();
        var cuts = new SortedSet<int>();
        foreach (var range in all)
        {
            cuts.Add(range.Low);
            cuts.Add(range.High + 1);
        }

        var pieces = new List<CodePointRange>();
        var sorted = cuts.ToArray();
        for (var i = 0; i + 1 < sorted.Length; i++)
        {
            if (all.Any(range => range.Low <= sorted[i] && sorted[i] <= range.High))
            {
                pieces.Add(new(sorted[i], sorted[i + 1] - 1));
            }
        }

        return pieces;
    }
}
