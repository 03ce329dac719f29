using Platform.Grammars.Gbnf;
using Platform.Grammars.Matching;

namespace Platform.Grammars;

/// <summary>A compiled grammar: immutable and thread-safe, so that it is compiled once and followed by many.</summary>
public sealed class Grammar
{
    /// <summary>Name of the rule a text is an instance of.</summary>
    public const string Root = "root";

    private readonly byte[] classes = new byte[256];

    private Grammar(Move[][] states, int start)
    {
        Start = start;
        var cuts = new bool[257];
        foreach (var move in states.SelectMany(moves => moves).Where(move => move.Kind == MoveKind.Byte))
        {
            cuts[move.Low] = cuts[move.High + 1] = true;
        }

        for (var (code, current) = (0, 0); code < 256; code++)
        {
            current += cuts[code] && code > 0 ? 1 : 0;
            classes[code] = (byte)current;
        }

        States = [.. states.Select(moves => moves.Select(move => move.Kind == MoveKind.Byte ? move with { Low = classes[move.Low], High = classes[move.High] } : move).ToArray())];
    }

    /// <summary>Bytes that no state tells apart are of one class.</summary>
    internal ReadOnlySpan<byte> Classes => classes;

    internal int ClassCount => classes[255] + 1;

    internal Move[][] States { get; }

    internal int Start { get; }

    /// <param name="gbnf">Rules in llama.cpp's notation.</param>
    /// <exception cref="GrammarException">The text can't be read, or not be followed: an undefined rule, left recursion, no end, too large.</exception>
    public static Grammar Parse(string gbnf) => Compile(GbnfReader.Read(gbnf));

    internal static Grammar Compile(IReadOnlyDictionary<string, Expression> rules)
    {
        var (states, start) = Compiler.Compile(rules);
        return new Grammar(states, start);
    }

    /// <summary>Whether a whole text is an instance.</summary>
    public bool Matches(ReadOnlySpan<byte> utf8)
    {
        var matcher = new GrammarMatcher(this);
        return matcher.Follow(matcher.Start, utf8).CanEnd;
    }
}
