namespace Platform.Grammars.Gbnf;

/// <summary>The right side of a rule.</summary>
internal abstract record Expression
{
    public static Expression Empty { get; } = new Series([]);

    public static Expression Of(string text) => text.Length == 0 ? Empty : new Text(text);

    public static Expression Sequence(params Expression[] parts) => parts is [var only] ? only : new Series(parts);

    public static Expression Any(params Expression[] alternatives) => alternatives is [var only] ? only : new Choice(alternatives);

    public Expression Optional() => new Repeat(this, 0, 1);

    public Expression Times(int min, int? max) => new Repeat(this, min, max);
}

internal sealed record Text(string Value) : Expression;

/// <summary>One code point out of these; sorted, apart from one another.</summary>
internal sealed record Characters(CodePointSet Set) : Expression;

internal sealed record Choice(IReadOnlyList<Expression> Alternatives) : Expression;

internal sealed record Series(IReadOnlyList<Expression> Parts) : Expression;

/// <param name="Max">Null: no end.</param>
internal sealed record Repeat(Expression Body, int Min, int? Max) : Expression;

internal sealed record Reference(string Rule) : Expression;
