using Platform.Grammars.Gbnf;

namespace Platform.Grammars.Automata;

/// <summary>The nondeterministic automaton of an expression, before it is determinised.</summary>
internal sealed class Ways
{
    public const int End = 0;

    private const int MostStates = 20_000;

    private readonly List<Node> nodes = [new Node()];

    public static (IReadOnlyList<Node> Nodes, int Start) Of(Expression expression)
    {
        var ways = new Ways();
        var start = ways.Build(expression, End);
        return (ways.nodes, start);
    }

    public static SortedSet<int> Closure(IReadOnlyList<Node> nodes, IEnumerable<int> from)
    {
        var seen = new SortedSet<int>();
        var open = new Stack<int>(from);
        while (open.TryPop(out var node))
        {
            if (seen.Add(node))
            {
                foreach (var next in nodes[node].Empty)
                {
                    open.Push(next);
                }
            }
        }

        return seen;
    }

    private int Build(Expression expression, int next)
    {
        switch (expression)
        {
            case Text text:
                return text.Value.EnumerateRunes().Reverse().Aggregate(next, (after, rune) => Read([new(rune.Value, rune.Value)], after));
            case Characters characters:
                return Read(characters.Set.Ranges, next);
            case Series series:
                return series.Parts.Reverse().Aggregate(next, (after, part) => Build(part, after));
            case Choice choice:
                return Empty([.. choice.Alternatives.Select(alternative => Build(alternative, next))]);
            case Repeat repeat:
                return Repetition(repeat, next);
            default:
                throw new InvalidOperationException("a reference can't be determinised");
        }
    }

    private int Repetition(Repeat repeat, int next)
    {
        var after = next;
        if (repeat.Max is { } max)
        {
            for (var i = max; i > repeat.Min; i--)
            {
                after = Empty(Build(repeat.Body, after), next);
            }
        }
        else
        {
            after = Empty();
            nodes[after].Empty.AddRange([Build(repeat.Body, after), next]);
        }

        for (var i = 0; i < repeat.Min; i++)
        {
            after = Build(repeat.Body, after);
        }

        return after;
    }

    private int Read(IReadOnlyList<CodePointRange> ranges, int next)
    {
        var node = Empty();
        nodes[node].Reads.AddRange(ranges.Select(range => (range, next)));
        return node;
    }

    private int Empty(params ReadOnlySpan<int> next)
    {
        if (nodes.Count >= MostStates)
        {
            throw new GrammarException("It is too large to be combined with others.");
        }

        nodes.Add(new Node());
        nodes[^1].Empty.AddRange(next);
        return nodes.Count - 1;
    }

    internal sealed class Node
    {
        public List<int> Empty { get; } = [];
        public List<(CodePointRange Range, int Target)> Reads { get; } = [];
    }
}

file static class RuneExtensions
{
    public static IEnumerable<System.Text.Rune> Reverse(this System.Text.StringRuneEnumerator runes)
    {
        var all = new List<System.Text.Rune>();
        foreach (var rune in runes)
        {
            all.Add(rune);
        }

        all.Reverse();
        return all;
    }
}
