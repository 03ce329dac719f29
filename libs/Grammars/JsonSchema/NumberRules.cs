using System.Globalization;
using System.Numerics;
using Platform.Grammars.Automata;
using Platform.Grammars.Gbnf;

namespace Platform.Grammars.JsonSchema;

/// <summary>Texts of numbers: canonical, without a plus sign or leading zeros.</summary>
internal static class NumberRules
{
    /// <summary>Digits before and after the point of a number that has no limit: no client loses more than it can hold.</summary>
    private const int Digits = 16;

    /// <summary>Largest factor, scaled to an integer, whose multiples are told from other numbers.</summary>
    private const int LargestFactor = 1500;

    private static readonly Expression Digit = Range('0', '9');

    /// <summary>Any integer.</summary>
    public static Expression Integer { get; } = Expression.Any(Expression.Of("0"), Expression.Sequence(Expression.Of("-").Optional(), Range('1', '9'), Digit.Times(0, Digits - 1)));

    /// <summary>Any number.</summary>
    public static Expression Number { get; } = Expression.Sequence(
        Expression.Of("-").Optional(),
        Expression.Any(Expression.Of("0"), Expression.Sequence(Range('1', '9'), Digit.Times(0, Digits - 1))),
        Expression.Sequence(Expression.Of("."), Digit.Times(1, Digits)).Optional(),
        Expression.Sequence(new Characters(CodePointSet.Of("eE")), new Characters(CodePointSet.Of("+-")).Optional(), Digit.Times(1, 2)).Optional());

    /// <summary>An automaton for the numbers that keep to the facets; null: they ask nothing of numbers.</summary>
    public static Automaton? Limited(Facets facets)
    {
        var fractionsOnly = (facets.Types & JsonTypes.Number) == JsonTypes.Fraction;
        if (facets.Least is null && facets.Most is null && facets.MultiplesOf.Count == 0 && facets.Excluded.Multiples.Count == 0 && !facets.Excluded.Numbers.Any() && !fractionsOnly)
        {
            return null;
        }

        var integers = (facets.Types & JsonTypes.Fraction) == 0;
        var numbers = Automaton.Of(integers ? Integers(facets) : Fractions(facets));
        foreach (var (factor, path) in facets.MultiplesOf)
        {
            numbers = SchemaCompiler.At(path, () => numbers.Intersect(Multiples(factor, integers)));
        }

        foreach (var (factor, path) in facets.Excluded.Multiples)
        {
            numbers = integers ? SchemaCompiler.At(path, () => numbers.Except(Multiples(factor, integers))) : throw new SchemaException(path, "the opposite of 'multipleOf' can be kept of integers only");
        }

        numbers = fractionsOnly ? numbers.Except(Automaton.Of(Expression.Sequence(Expression.Of("-").Optional(), Digit.Times(1, null), Zeros))) : numbers;
        return facets.Excluded.Numbers.Aggregate(numbers, (rest, number) => rest.Except(Automaton.Of(Writings(number))));
    }

    private static Expression Zeros => Expression.Sequence(Expression.Of("."), Expression.Of("0").Times(1, null)).Optional();

    /// <summary>A number with any zeros behind it.</summary>
    private static Expression Writings(Decimals number) => Expression.Sequence(Expression.Of(number.ToString()), number.Scale == 0 ? Zeros : Expression.Of("0").Times(0, null));

    private static Expression Integers(Facets facets)
    {
        var least = facets.Least is { } low ? low.Number.Ceiling() + (low.Exclusive && low.Number.Scale == 0 ? 1 : 0) : (BigInteger?)null;
        var most = facets.Most is { } high ? high.Number.Floor() - (high.Exclusive && high.Number.Scale == 0 ? 1 : 0) : (BigInteger?)null;
        var end = BigInteger.Pow(10, Math.Max(Digits, 1 + Math.Max(Length(least), Length(most)))) - 1;
        return Between(least ?? -end, most ?? end);
    }

    private static int Length(BigInteger? number) => number is { } value ? BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture).Length : 0;

    /// <summary>Integers from <paramref name="least"/> to <paramref name="most"/>.</summary>
    private static Expression Between(BigInteger least, BigInteger most)
    {
        var parts = new List<Expression>();
        if (least < 0)
        {
            parts.Add(Expression.Sequence(Expression.Of("-"), Natural(BigInteger.Max(1, -most), -least)));
        }

        parts.Add(Natural(BigInteger.Max(0, least), most));
        return Expression.Any([.. parts]);
    }

    private static Expression Natural(BigInteger least, BigInteger most)
    {
        if (least > most)
        {
            return new Choice([]);
        }

        var (low, high) = (Text(least), Text(most));
        var parts = new List<Expression>();
        for (var length = low.Length; length <= high.Length; length++)
        {
            var from = length == low.Length ? low : "1" + new string('0', length - 1);
            var to = length == high.Length ? high : new string('9', length);
            parts.Add(SameLength(from, to));
        }

        return Expression.Any([.. parts]);
    }

    /// <summary>Digits between two texts of the same length.</summary>
    private static Expression SameLength(string from, string to)
    {
        if (from.Length == 0)
        {
            return Expression.Empty;
        }

        if (from.Trim('0').Length == 0 && to.Trim('9').Length == 0)
        {
            return Digit.Times(from.Length, from.Length);
        }

        if (from[0] == to[0])
        {
            return Expression.Sequence(Expression.Of(from[..1]), SameLength(from[1..], to[1..]));
        }

        var rest = from.Length - 1;
        var parts = new List<Expression>
        {
            Expression.Sequence(Expression.Of(from[..1]), SameLength(from[1..], new string('9', rest))),
            Expression.Sequence(Expression.Of(to[..1]), SameLength(new string('0', rest), to[1..])),
        };
        if (to[0] - from[0] > 1)
        {
            parts.Add(Expression.Sequence(Range((char)(from[0] + 1), (char)(to[0] - 1)), Digit.Times(rest, rest)));
        }

        return Expression.Any([.. parts]);
    }

    private static Expression Fractions(Facets facets)
    {
        var parts = new List<Expression>();
        var zero = new Bound(new Decimals(0, 0), Exclusive: false);

        // below zero the limits change places
        if (facets.Least is not { } low || low.Number.Digits.Sign < 0)
        {
            var far = facets.Least is { } least ? new Bound(least.Number.Negated(), least.Exclusive) : (Bound?)null;
            var near = facets.Most is { } most ? new Bound(most.Number.Negated(), most.Exclusive) : zero;
            parts.Add(Expression.Sequence(Expression.Of("-"), Reach(near.Number.Digits.Sign > 0 ? near : zero with { Exclusive = true }, far)));
        }

        if (facets.Most is not { } high || high.Number.Digits.Sign >= 0)
        {
            parts.Add(Reach(facets.Least is { Number.Digits.Sign: >= 0 } least ? least : zero, facets.Most));
        }

        return Expression.Any([.. parts]);
    }

    /// <summary>Decimals not below zero between two limits.</summary>
    private static Expression Reach(Bound least, Bound? most)
    {
        var whole = least.Number.Floor();
        var end = most is { } limit ? limit.Number.Floor() : BigInteger.Pow(10, Math.Max(Digits, Text(whole).Length + 1)) - 1;
        var parts = new List<Expression>();
        if (whole == end && most is not null)
        {
            parts.Add(Expression.Sequence(Expression.Of(Text(whole)), Tails(Tail(least), least.Exclusive, Tail(most.Value), most.Value.Exclusive)));
        }
        else if (whole <= end)
        {
            parts.Add(Expression.Sequence(Expression.Of(Text(whole)), Tails(Tail(least), least.Exclusive, null, false)));
            parts.Add(Expression.Sequence(Natural(whole + 1, most is null ? end : end - 1), Tails("", false, null, false)));
            if (most is { } high)
            {
                parts.Add(Expression.Sequence(Expression.Of(Text(end)), Tails("", false, Tail(high), high.Exclusive)));
            }
        }

        return Expression.Any([.. parts]);
    }

    /// <summary>What may stand after the digits before the point, so that the fraction lies between two others.</summary>
    /// <param name="most">Digits of the upper limit; null: there is none.</param>
    private static Expression Tails(string least, bool above, string? most, bool below)
    {
        var length = Math.Max(Digits, Math.Max(least.Length, most?.Length ?? 0) + 1);
        var (low, high) = (least.PadRight(length, '0'), (most ?? "").PadRight(length, most is null ? '9' : '0'));
        var parts = new List<Expression>();
        if (!above && least.Length == 0 && !(below && most!.Length == 0)) // most is not null where it is excluded
        {
            parts.Add(Expression.Empty);
        }

        // A fraction of n digits stands for itself with zeros behind: compare it with the limits cut to n digits.
        for (var n = 1; n <= length; n++)
        {
            var from = BigInteger.Parse(low[..n], CultureInfo.InvariantCulture) + (low[n..].Trim('0').Length > 0 || above ? 1 : 0);
            var to = most is null ? BigInteger.Pow(10, n) - 1 : BigInteger.Parse(high[..n], CultureInfo.InvariantCulture) - (below && high[n..].Trim('0').Length == 0 ? 1 : 0);
            if (from <= to)
            {
                parts.Add(Expression.Sequence(Expression.Of("."), SameLength(Text(from).PadLeft(n, '0'), Text(to).PadLeft(n, '0'))));
            }
        }

        return Expression.Any([.. parts]);
    }

    private static string Tail(Bound bound) => bound.Number.Scale == 0 ? "" : Text(bound.Number.Digits % BigInteger.Pow(10, bound.Number.Scale)).PadLeft(bound.Number.Scale, '0');

    /// <summary>Counts the remainder while the digits are read.</summary>
    private static Automaton Multiples(Decimals factor, bool integers)
    {
        var scale = factor.Scale;
        if (integers)
        {
            // an integer is a multiple of 5/2 when it is one of 5
            (factor, scale) = (new Decimals(factor.Digits / BigInteger.GreatestCommonDivisor(factor.Digits, BigInteger.Pow(10, factor.Scale)), 0), 0);
        }

        if (factor.Digits > LargestFactor)
        {
            throw new GrammarException($"Multiples of {factor} can't be told from other numbers; the largest factor that can be kept has {LargestFactor} as its digits.");
        }

        var m = (int)factor.Digits;
        var made = new Automaton();
        bool Fits(int rest, int read) => BigInteger.Remainder(rest * BigInteger.Pow(10, scale - read), m).IsZero;
        var start = made.Add(false);
        var afterSign = made.Add(false);
        made.Move(start, new('-', '-'), afterSign);

        // states[j][r]: j digits after the point read, remainder r
        var states = Enumerable.Range(0, scale + 1).Select(read => Enumerable.Range(0, m).Select(rest => made.Add(Fits(rest, read))).ToArray()).ToArray();
        var points = scale > 0 ? Enumerable.Range(0, m).Select(_ => made.Add(false)).ToArray() : [];
        for (var digit = 0; digit < 10; digit++)
        {
            var code = new CodePointRange('0' + digit, '0' + digit);
            made.Move(start, code, states[0][digit % m]);
            made.Move(afterSign, code, states[0][digit % m]);
            for (var rest = 0; rest < m; rest++)
            {
                var next = (rest * 10 + digit) % m;
                made.Move(states[0][rest], code, states[0][next]);
                if (scale > 0)
                {
                    made.Move(points[rest], code, states[1][next]);
                }

                for (var read = 1; read < scale; read++)
                {
                    made.Move(states[read][rest], code, states[read + 1][next]);
                }
            }
        }

        for (var rest = 0; rest < points.Length; rest++)
        {
            made.Move(states[0][rest], new('.', '.'), points[rest]);
        }

        return made;
    }

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);

    private static Characters Range(char low, char high) => new(CodePointSet.Of(new CodePointRange(low, high)));
}
