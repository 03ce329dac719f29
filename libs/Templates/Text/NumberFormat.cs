using System.Buffers;
using System.Globalization;
using System.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Text;

/// <summary>How one value is written: what format specifications and <c>%</c> conversions have in common.</summary>
internal sealed record NumberFormat(char Type, int Precision = -1, char Sign = '-', bool Alternate = false, char Grouping = '\0')
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Sign, prefix and digits of an integer.</summary>
    public (string Prefix, string Digits) Integer(long number)
    {
        var magnitude = number < 0 ? (UInt128)(-(Int128)number) : (UInt128)number;
        var (radix, prefix) = Type switch { 'x' or 'X' => (16, "0" + Type), 'o' => (8, "0o"), 'b' => (2, "0b"), _ => (10, "") };
        var digits = new StringBuilder();
        do
        {
            var digit = (int)(magnitude % (UInt128)radix);
            digits.Insert(0, digit < 10 ? (char)('0' + digit) : (char)((Type == 'X' ? 'A' : 'a') + digit - 10));
            magnitude /= (UInt128)radix;
        }
        while (magnitude != 0);

        return (SignOf(number < 0) + (Alternate ? prefix : ""), Group(digits.ToString(), radix == 10 ? 3 : 4));
    }

    /// <summary>Sign and digits of a float.</summary>
    public (string Prefix, string Digits) Float(double number)
    {
        var sign = SignOf(double.IsNegative(number) && !double.IsNaN(number));
        var magnitude = Math.Abs(number);
        if (FloatText.Special(magnitude) is { } special)
        {
            return (sign, (char.IsUpper(Type) ? special.ToUpperInvariant() : special) + (Type == '%' ? "%" : ""));
        }

        var precision = Precision < 0 ? 6 : Precision <= FloatText.MaxPrecision ? Precision : throw new TemplateException("precision too big");
        var text = Type switch
        {
            'f' or 'F' => FloatText.Fixed(magnitude, precision),
            'e' or 'E' => FloatText.Exponential(magnitude, precision, Type),
            'g' or 'G' => FloatText.General(magnitude, precision, Type == 'G' ? 'E' : 'e', Alternate),
            '%' => FloatText.Fixed(magnitude * 100, precision) + "%",
            _ => Precision < 0 ? FloatText.Repr(magnitude) : Shortened(magnitude, precision),
        };
        return (sign, Group(text, 3));
    }

    public static string Pad(string text, int width, char fill, char align)
    {
        var missing = width - CodePoints.Count(text);
        if (missing <= 0)
        {
            return text;
        }

        StringValue.CheckLength(width);
        var left = align switch { '<' => 0, '^' => missing / 2, _ => missing };
        return new string(fill, left) + text + new string(fill, missing - left);
    }

    /// <summary>Zeros between the sign and the digits.</summary>
    public static string PadInside(string prefix, string digits, int width, char fill)
    {
        var missing = width - prefix.Length - digits.Length;
        if (missing <= 0)
        {
            return prefix + digits;
        }

        StringValue.CheckLength(width);
        return prefix + new string(fill, missing) + digits;
    }

    /// <summary>The number as an integer conversion sees it.</summary>
    public static long Truncate(Value value, string code) => value switch
    {
        IntegralValue integral => integral.Number,
        FloatValue number when Math.Abs(number.AsDouble) < 9.2e18 => (long)number.AsDouble,
        UndefinedValue undefined => throw undefined.Error(),
        _ => throw new TemplateException($"%{code} format: a real number is required, not {value.TypeName}"),
    };

    private static string Shortened(double number, int precision)
    {
        var text = FloatText.General(number, precision, 'e', keepZeros: false);
        return text.Contains('.') || text.Contains('e') ? text : text + ".0";
    }

    private string SignOf(bool negative) => negative ? "-" : Sign is '+' or ' ' ? Sign.ToString(CultureInfo.InvariantCulture) : "";

    private string Group(string digits, int size)
    {
        if (Grouping == '\0')
        {
            return digits;
        }

        var end = digits.AsSpan().IndexOfAnyExcept(HexDigits);
        var whole = new StringBuilder(end < 0 ? digits : digits[..end]);
        for (var at = whole.Length - size; at > 0; at -= size)
        {
            whole.Insert(at, Grouping);
        }

        return whole + (end < 0 ? "" : digits[end..]);
    }
}
