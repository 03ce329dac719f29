using System.Text;
using Platform.Grammars.Gbnf;

namespace Platform.Grammars.Matching;

/// <summary>
/// Makes states over bytes of a grammar's rules, from their ends to their beginnings: a call that nothing follows becomes a jump, so right recursion needs no stack.
/// </summary>
internal sealed class Compiler
{
    private readonly IReadOnlyDictionary<string, Expression> rules;
    private readonly GrammarCheck check;
    private readonly List<List<Move>> states = [];
    private readonly Dictionary<string, int> starts = [];
    private readonly Dictionary<string, long> sizes = [];
    private readonly Queue<string> wanted = [];
    private readonly int end;

    private Compiler(IReadOnlyDictionary<string, Expression> rules)
    {
        this.rules = rules;
        check = new GrammarCheck(rules);
        foreach (var rule in check.CalleesFirst)
        {
            sizes[rule] = Size(rules[rule]);
        }

        end = State(new Move(MoveKind.End));
    }

    public static (Move[][] States, int Start) Compile(IReadOnlyDictionary<string, Expression> rules)
    {
        var compiler = new Compiler(rules);
        var start = compiler.StartOf(Grammar.Root);
        while (compiler.wanted.TryDequeue(out var rule))
        {
            var body = compiler.Build(rules[rule], compiler.end);
            compiler.states[compiler.starts[rule]].Add(new Move(MoveKind.Empty, body));
        }

        return ([.. compiler.states.Select(moves => moves.ToArray())], start);
    }

    private int State(params ReadOnlySpan<Move> moves)
    {
        if (states.Count >= Limits.States)
        {
            throw new GrammarException($"The grammar is too large: it has more than {Limits.States} states.");
        }

        states.Add([.. moves]);
        return states.Count - 1;
    }

    private int StartOf(string rule)
    {
        if (!starts.TryGetValue(rule, out var start))
        {
            starts[rule] = start = State();
            wanted.Enqueue(rule);
        }

        return start;
    }

    /// <summary>The state from which the expression leads to <paramref name="next"/>.</summary>
    private int Build(Expression expression, int next)
    {
        switch (expression)
        {
            case Text text:
                return Literal(Encoding.UTF8.GetBytes(text.Value), next);
            case Characters characters:
                return Characters(characters.Set, next);
            case Series series:
                return series.Parts.Reverse().Aggregate(next, (after, part) => Build(part, after));
            case Choice choice:
                var alternatives = choice.Alternatives.Where(check.IsProductive).Select(alternative => new Move(MoveKind.Empty, Build(alternative, next))).ToArray();
                return State(alternatives);
            case Repeat repeat:
                return Repetition(repeat, next);
            case Reference reference:
                return Call(reference.Rule, next);
            default:
                throw new InvalidOperationException();
        }
    }

    private int Literal(byte[] bytes, int next)
    {
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            next = State(new Move(MoveKind.Byte, next, Low: bytes[i], High: bytes[i]));
        }

        return next;
    }

    private int Characters(CodePointSet set, int next)
    {
        var tails = new Dictionary<string, int>();
        var moves = new List<Move>();
        foreach (var bytes in set.Ranges.SelectMany(range => Utf8Ranges.Split(range.Low, range.High)))
        {
            var (after, key) = (next, "");
            for (var i = bytes.Length - 1; i > 0; i--)
            {
                key = $"{bytes[i].Low}-{bytes[i].High} {key}";
                if (!tails.TryGetValue(key, out var tail))
                {
                    tails[key] = tail = State(new Move(MoveKind.Byte, after, Low: bytes[i].Low, High: bytes[i].High));
                }

                after = tail;
            }

            moves.Add(new Move(MoveKind.Byte, after, Low: bytes[0].Low, High: bytes[0].High));
        }

        return State([.. moves]);
    }

    private int Repetition(Repeat repeat, int next)
    {
        var (body, min, max) = (repeat.Body, repeat.Min, repeat.Max);
        if (max == 0 || !check.IsProductive(body))
        {
            return next;
        }

        // A body that may be empty need not be repeated any number of times, and must not be where nothing is read.
        min = check.IsNullable(body) ? 0 : min;
        var size = Size(body);
        if (max is null)
        {
            var loop = State();
            states[loop].Add(new Move(MoveKind.Empty, Build(body, loop)));
            states[loop].Add(new Move(MoveKind.Empty, next));
            return min == 0 ? loop : Repetition(new Repeat(body, min, min), loop);
        }

        if (max == 1 || size * max.Value <= Limits.WrittenOut)
        {
            var after = next;
            for (var i = max.Value; i > 0; i--)
            {
                var once = Build(body, after);
                after = i > min ? State(new Move(MoveKind.Empty, once), new Move(MoveKind.Empty, next)) : once;
            }

            return after;
        }

        if (check.IsNullable(body))
        {
            throw new GrammarException($"What may be empty is repeated up to {max} times in the grammar. Let it not be empty, or use '*'.");
        }

        var head = State();
        states[head].Add(new Move(MoveKind.Count, Start: Build(body, head), Low: min, High: max.Value));
        return State(new Move(MoveKind.Call, next, head));
    }

    private int Call(string rule, int next)
    {
        if (!check.Recursive.Contains(rule) && sizes[rule] <= Limits.Inlined)
        {
            return Build(rules[rule], next);
        }

        return next == end ? StartOf(rule) : State(new Move(MoveKind.Call, next, StartOf(rule)));
    }

    /// <summary>States an expression comes to, roughly.</summary>
    private long Size(Expression expression)
    {
        var size = expression switch
        {
            Text text => text.Value.Length,
            Characters characters => characters.Set.Ranges.Count == 1 && characters.Set.Ranges[0].High < 0x80 ? 1 : 1 + characters.Set.Ranges.Sum(range => range.High < 0x80 ? 0 : 3L),
            Choice choice => 1 + choice.Alternatives.Sum(Size),
            Series series => series.Parts.Sum(Size),
            Repeat { Max: { } max } repeat when Size(repeat.Body) is var body => body * max <= Limits.WrittenOut ? (body + 1) * max : body + 2,
            Repeat repeat => 1 + Size(repeat.Body) * (1L + Math.Min(repeat.Min, Limits.WrittenOut)),
            Reference reference => check.Recursive.Contains(reference.Rule) || sizes[reference.Rule] > Limits.Inlined ? 1 : 1 + sizes[reference.Rule],
            _ => throw new InvalidOperationException(),
        };
        return Math.Min(size, Limits.States);
    }
}
