using System.Globalization;
using System.Numerics;

namespace Platform.Templates.Text;

/// <summary>Python's ways to write a float.</summary>
internal static class FloatText
{
    /// <summary>Digits that may be asked for after the point.</summary>
    public const int MaxPrecision = 1100;

    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Repr(double number)
    {
        if (Special(number) is { } special)
        {
            return special;
        }

        var (negative, digits, exponent) = Shortest(number);
        var text = exponent is >= -4 and < 16 ? Plain(digits, exponent) : Scientific(digits, exponent, 'e');
        return (negative ? "-" : "") + (exponent is >= -4 and < 16 && !text.Contains('.') ? text + ".0" : text);
    }

    public static string? Special(double number) =>
        double.IsNaN(number) ? "nan" : double.IsPositiveInfinity(number) ? "inf" : double.IsNegativeInfinity(number) ? "-inf" : null;

    /// <summary><c>%.nf</c>: exact, ties to even.</summary>
    public static string Fixed(double number, int precision)
    {
        var text = number.ToString("F" + precision, CultureInfo.InvariantCulture);
        if (precision > 60 || !IsTie(number, precision))
        {
            return text;
        }

        // With one digit more the number is written exactly, and that digit is a 5.
        var exact = number.ToString("F" + (precision + 1), CultureInfo.InvariantCulture)[..^1].TrimEnd('.');
        var even = (exact[^1] - '0') % 2 == 0;
        return even ? exact : text == exact ? AwayFromZero(exact) : text;
    }

    /// <summary><c>%.ne</c>.</summary>
    public static string Exponential(double number, int precision, char letter)
    {
        var text = number.ToString("E" + precision, CultureInfo.InvariantCulture);
        var at = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(text[(at + 1)..], CultureInfo.InvariantCulture);
        return text[..at] + letter + Exponent(exponent);
    }

    /// <summary><c>%.ng</c>.</summary>
    public static string General(double number, int precision, char letter, bool keepZeros)
    {
        precision = Math.Max(precision, 1);
        var scientific = Exponential(number, precision - 1, letter);
        var at = scientific.IndexOf(letter, StringComparison.Ordinal);
        var exponent = int.Parse(scientific[(at + 1)..], CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= precision)
        {
            return (keepZeros ? scientific[..at] : DropZeros(scientific[..at])) + scientific[at..];
        }

        var plain = Fixed(number, precision - 1 - exponent);
        return keepZeros ? plain : DropZeros(plain);
    }

    /// <summary>Rounded to a number of decimal digits, ties to even, as Python's <c>round</c> does it.</summary>
    public static double Round(double number, int digits)
    {
        if (!double.IsFinite(number) || digits > 323)
        {
            return number;
        }

        if (digits >= 0)
        {
            return double.Parse(Fixed(number, digits), CultureInfo.InvariantCulture);
        }

        if (digits < -308)
        {
            return number * 0;
        }

        var unit = BigInteger.Pow(10, -digits);
        var whole = new BigInteger(Math.Abs(number));
        var (quotient, rest) = BigInteger.DivRem(whole, unit);
        var half = (rest * 2).CompareTo(unit);
        var up = half > 0 || (half == 0 && (Math.Abs(number) > (double)whole || !quotient.IsEven));
        return Math.CopySign((double)((up ? quotient + 1 : quotient) * unit), number);
    }

    /// <summary>A tie at this precision has exactly one binary digit behind it, so that twice the scaled number is odd.</summary>
    private static bool IsTie(double number, int precision)
    {
        var scaled = Math.Abs(Math.ScaleB(number, precision + 1));
        return scaled < 1L << 53 && scaled == Math.Floor(scaled) && (scaled % 2) == 1;
    }

    private static string AwayFromZero(string text)
    {
        var digits = text.ToCharArray();
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            if (digits[i] == '9')
            {
                digits[i] = '0';
            }
            else if (char.IsAsciiDigit(digits[i]))
            {
                digits[i]++;
                return new string(digits);
            }
        }

        return text.StartsWith('-') ? "-1" + new string(digits, 1, digits.Length - 1) : "1" + new string(digits);
    }

    private static (bool Negative, string Digits, int Exponent) Shortest(double number)
    {
        var shortest = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        var mantissa = shortest.Split('E')[0].Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        var exponent = number == 0 ? 0 : ExponentOf(shortest);
        return (double.IsNegative(number), mantissa.Length == 0 ? "0" : mantissa, exponent);
    }

    private static int ExponentOf(string shortest)
    {
        var parts = shortest.Split('E');
        var shift = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? parts[0] : parts[0][..point];
        if (whole != "0")
        {
            return whole.Length - 1 + shift;
        }

        var fraction = parts[0][(point + 1)..];
        return -1 - (fraction.Length - fraction.TrimStart('0').Length) + shift;
    }

    private static string Plain(string digits, int exponent) =>
        exponent < 0 ? "0." + new string('0', -exponent - 1) + digits
        : digits.Length <= exponent + 1 ? digits.PadRight(exponent + 1, '0')
        : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];

    private static string Scientific(string digits, int exponent, char letter) =>
        (digits.Length == 1 ? digits : digits[..1] + "." + digits[1..]) + letter + Exponent(exponent);

    private static string Exponent(int exponent) => (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);

    private static string DropZeros(string text) => text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
}
