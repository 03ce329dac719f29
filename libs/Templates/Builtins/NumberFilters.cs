using System.Globalization;
using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>Filters that make or change numbers.</summary>
internal static class NumberFilters
{
    public static readonly Builtin[] All =
    [
        new("abs", "", Abs),
        new("int", "default=, base=", ToInteger),
        new("float", "default=", call => ParseFloat(call.Self) is { } number ? new FloatValue(number) : call.Has(1) ? call[1] : new FloatValue(0)),
        new("round", "precision=, method=", Round),
        new("filesizeformat", "binary=", FileSize),
    ];

    private static Value Abs(Invocation call) => call.Self switch
    {
        IntegralValue integral => integral.Number < 0 ? Operators.Negate(integral) : IntegerValue.Of(integral.Number),
        FloatValue number => new FloatValue(Math.Abs(number.AsDouble)),
        UndefinedValue undefined => throw undefined.Error(),
        var other => throw new TemplateException($"bad operand type for abs(): '{other.TypeName}'"),
    };

    private static Value ToInteger(Invocation call)
    {
        switch (call.Self)
        {
            case IntegralValue integral:
                return IntegerValue.Of(integral.Number);
            case StringValue text when ParseInteger(text.Text, call.Count(2, 10)) is { } integer:
                return IntegerValue.Of(integer);
            case var value:
                return ParseFloat(value) is { } number && Math.Abs(number) < 9.2e18 ? IntegerValue.Of((long)number) : call.Has(1) ? call[1] : IntegerValue.Of(0);
        }
    }

    /// <summary>Python's <c>int(text, base)</c>; null where that fails.</summary>
    private static long? ParseInteger(string text, int radix)
    {
        text = StringMethods.Strip(text, null);
        var isNegative = text.StartsWith('-');
        text = isNegative || text.StartsWith('+') ? text[1..] : text;
        var prefixed = text.Length > 1 && text[0] == '0' ? char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixed != 0 && (radix == 0 || radix == prefixed))
        {
            text = text[2..].TrimStart('_');
            radix = prefixed;
        }
        else if (radix == 0)
        {
            radix = 10;
        }

        if (text.Length == 0 || text.StartsWith('_') || text.EndsWith('_') || text.Contains("__", StringComparison.Ordinal))
        {
            return null;
        }

        Int128 result = 0;
        foreach (var c in text.Replace("_", "", StringComparison.Ordinal))
        {
            var digit = char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : CharUnicodeInfo.GetDecimalDigitValue(c);
            if (digit < 0 || digit >= radix || result > long.MaxValue)
            {
                return null;
            }

            result = (result * radix) + digit;
        }

        result = isNegative ? -result : result;
        return result >= long.MinValue && result <= long.MaxValue ? (long)result : null;
    }

    /// <summary>Python's <c>float(value)</c>; null where that fails.</summary>
    private static double? ParseFloat(Value value)
    {
        switch (value)
        {
            case NumberValue number:
                return number.AsDouble;
            case UndefinedValue undefined:
                throw undefined.Error();
            case StringValue text:
                var trimmed = StringMethods.Strip(text.Text, null);
                var unsigned = trimmed.TrimStart('+', '-').ToUpperInvariant();
                if (trimmed.Length - unsigned.Length <= 1 && unsigned is "INF" or "INFINITY" or "NAN")
                {
                    return unsigned == "NAN" ? double.NaN : trimmed.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
                }

                const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
                return double.TryParse(trimmed.Replace("_", "", StringComparison.Ordinal), Style, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
            default:
                return null;
        }
    }

    private static Value Round(Invocation call)
    {
        var (digits, method) = (call.Count(1, 0), call.TextOrNull(2) ?? "common");
        if (call.Self is UndefinedValue undefined)
        {
            throw undefined.Error();
        }

        if (call.Self is not NumberValue number)
        {
            throw new TemplateException($"type {call.Self.TypeName} doesn't define __round__ method");
        }

        if (method == "common")
        {
            return number is not IntegralValue integral ? new FloatValue(FloatText.Round(number.AsDouble, digits))
                : digits >= 0 ? IntegerValue.Of(integral.Number)
                : IntegerValue.Of((long)FloatText.Round(integral.Number, digits));
        }

        var scale = Math.Pow(10, digits);
        return new FloatValue(method switch
        {
            "ceil" => Math.Ceiling(number.AsDouble * scale) / scale,
            "floor" => Math.Floor(number.AsDouble * scale) / scale,
            _ => throw new TemplateException("method must be common, ceil or floor"),
        });
    }

    private static StringValue FileSize(Invocation call)
    {
        var bytes = ParseFloat(call.Self) ?? throw new TemplateException("filesizeformat takes a number");
        var unit = call.Flag(1) ? 1024.0 : 1000.0;
        string[] names = call.Flag(1)
            ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
            : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        if (bytes < unit)
        {
            return StringValue.Of(bytes == 1 ? "1 Byte" : ((long)bytes).ToString(CultureInfo.InvariantCulture) + " Bytes");
        }

        var power = 0;
        for (bytes /= unit; bytes >= unit && power < names.Length - 1; power++)
        {
            bytes /= unit;
        }

        return StringValue.Of(FloatText.Fixed(bytes, 1) + " " + names[power]);
    }
}
