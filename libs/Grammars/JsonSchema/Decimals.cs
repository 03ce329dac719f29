using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>An exact decimal number: <paramref name="Digits"/> / 10^<paramref name="Scale"/>, the scale as small as can be and not negative.</summary>
internal readonly record struct Decimals(BigInteger Digits, int Scale) : IComparable<Decimals>
{
    private const int MostDigits = 400;

    public static Decimals Of(JsonElement number) => Parse(number.GetRawText()) ?? throw new SchemaException("", $"the number {number.GetRawText()[..20]}… is too long");

    /// <summary>Null: more digits than can be dealt with.</summary>
    public static Decimals? Parse(string text)
    {
        var parts = text.Split('e', 'E');
        var exponent = parts.Length > 1 && int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var read) ? read : 0;
        var dot = parts[0].IndexOf('.', StringComparison.Ordinal);
        var scale = (dot < 0 ? 0 : parts[0].Length - dot - 1) - exponent;
        if (text.Length > MostDigits || Math.Abs(scale) > MostDigits)
        {
            return null;
        }

        var digits = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return new Decimals(digits, scale).Reduced();
    }

    public int CompareTo(Decimals other)
    {
        var scale = Math.Max(Scale, other.Scale);
        return At(scale).CompareTo(other.At(scale));
    }

    /// <summary>The number times 10^<paramref name="scale"/>; not less than its own scale.</summary>
    public BigInteger At(int scale) => Digits * BigInteger.Pow(10, scale - Scale);

    public BigInteger Floor()
    {
        var quotient = BigInteger.DivRem(Digits, BigInteger.Pow(10, Scale), out var rest);
        return rest.Sign < 0 ? quotient - 1 : quotient;
    }

    public BigInteger Ceiling() => -new Decimals(-Digits, Scale).Floor();

    public Decimals Negated() => new(-Digits, Scale);

    public override string ToString()
    {
        var text = BigInteger.Abs(Digits).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        return (Digits.Sign < 0 ? "-" : "") + (Scale == 0 ? text : $"{text[..^Scale]}.{text[^Scale..]}");
    }

    private Decimals Reduced()
    {
        var (digits, scale) = (Digits, Scale);
        while (scale > 0 && digits % 10 == 0)
        {
            digits /= 10;
            scale--;
        }

        return scale < 0 ? new(digits * BigInteger.Pow(10, -scale), 0) : new(digits, scale);
    }
}
