namespace Platform.Grammars.JsonSchema;

/// <summary>A limit of a number.</summary>
internal readonly record struct Bound(Decimals Number, bool Exclusive)
{
    /// <summary>The limit on the other side, for what does not keep to this one.</summary>
    public Bound Beyond() => this with { Exclusive = !Exclusive };

    /// <param name="sign">1: the greater of the two is stricter; −1: the lesser.</param>
    public static Bound? Stricter(Bound? a, Bound? b, int sign)
    {
        if (a is null || b is null)
        {
            return a ?? b;
        }

        var order = a.Value.Number.CompareTo(b.Value.Number) * sign;
        return order > 0 || (order == 0 && a.Value.Exclusive) ? a : b;
    }
}
