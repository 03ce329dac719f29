namespace Platform.Grammars.Gbnf;

/// <summary>Code points from <paramref name="Low"/> to <paramref name="High"/>, both included.</summary>
internal readonly record struct CodePointRange(int Low, int High);

/// <summary>A set of Unicode scalar values as sorted ranges that don't touch.</summary>
internal sealed class CodePointSet : IEquatable<CodePointSet>
{
    public const int Max = 0x10FFFF;

    private CodePointSet(CodePointRange[] ranges) => Ranges = ranges;

    public static CodePointSet Nothing { get; } = new([]);

    /// <summary>Every scalar value.</summary>
    public static CodePointSet All { get; } = Of([new(0, Max)]);

    public IReadOnlyList<CodePointRange> Ranges { get; }

    public bool IsEmpty => Ranges.Count == 0;

    public static CodePointSet Of(params IEnumerable<CodePointRange> ranges)
    {
        var merged = new List<CodePointRange>();
        foreach (var range in ranges.SelectMany(WithoutSurrogates).Where(range => range.Low <= range.High).OrderBy(range => range.Low))
        {
            if (merged.Count > 0 && range.Low <= merged[^1].High + 1)
            {
                merged[^1] = new(merged[^1].Low, Math.Max(merged[^1].High, range.High));
            }
            else
            {
                merged.Add(range);
            }
        }

        return new CodePointSet([.. merged]);
    }

    public static CodePointSet Of(string characters) => Of(characters.EnumerateRunes().Select(rune => new CodePointRange(rune.Value, rune.Value)));

    public CodePointSet Union(CodePointSet other) => Of(Ranges.Concat(other.Ranges));

    public CodePointSet Complement()
    {
        var rest = new List<CodePointRange>();
        var next = 0;
        foreach (var range in Ranges)
        {
            rest.Add(new(next, range.Low - 1));
            next = range.High + 1;
        }

        rest.Add(new(next, Max));
        return Of(rest);
    }

    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    public CodePointSet Except(CodePointSet other) => Complement().Union(other).Complement();

    public bool Contains(int codePoint) => Ranges.Any(range => range.Low <= codePoint && codePoint <= range.High);

    public bool Equals(CodePointSet? other) => other is not null && Ranges.SequenceEqual(other.Ranges);

    public override bool Equals(object? obj) => Equals(obj as CodePointSet);

    public override int GetHashCode() => Ranges.Aggregate(0, HashCode.Combine);

    private static IEnumerable<CodePointRange> WithoutSurrogates(CodePointRange range)
    {
        if (range.High < 0xD800 || range.Low > 0xDFFF)
        {
            return [range];
        }

        return [new(range.Low, 0xD7FF), new(0xE000, range.High)];
    }
}
