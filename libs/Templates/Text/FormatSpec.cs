using System.Globalization;
using Platform.Templates.Values;

namespace Platform.Templates.Text;

/// <summary>Python's format specification: <c>[[fill]align][sign][#][0][width][grouping][.precision][type]</c>.</summary>
internal static class FormatSpec
{
    public static string Apply(Value value, string spec)
    {
        if (spec.Length == 0)
        {
            return value.ToText();
        }

        var at = 0;
        var (fill, align) = (' ', '\0');
        var fillLength = char.IsSurrogatePair(spec, 0) ? 2 : 1;
        if (spec.Length > fillLength && spec[fillLength] is '<' or '>' or '=' or '^' && fillLength == 1)
        {
            (fill, align, at) = (spec[0], spec[1], 2);
        }
        else if (spec[0] is '<' or '>' or '=' or '^')
        {
            (align, at) = (spec[0], 1);
        }

        var sign = Take(spec, ref at, "+- ");
        var alternate = Take(spec, ref at, "#") != '\0';
        if (Take(spec, ref at, "0") != '\0' && align == '\0')
        {
            (fill, align) = ('0', value is StringValue ? '<' : '=');
        }

        var width = Number(spec, ref at) ?? 0;
        var grouping = Take(spec, ref at, ",_");
        var precision = Take(spec, ref at, ".") == '\0' ? -1 : Number(spec, ref at) ?? throw new TemplateException("Format specifier missing precision");
        var type = at < spec.Length ? spec[at++] : '\0';
        if (at < spec.Length)
        {
            throw new TemplateException($"Invalid format specifier '{spec}' for object of type '{value.TypeName}'");
        }

        var format = new NumberFormat(type, precision, sign == '\0' ? '-' : sign, alternate, grouping);
        return value switch
        {
            StringValue text => Text(text, format, width, fill, align == '\0' ? '<' : align, sign),
            IntegralValue integral when type is '\0' or 'd' or 'x' or 'X' or 'o' or 'b' or 'n' or 'c' => Aligned(Integer(integral.Number, format), width, fill, align),
            NumberValue number when type is '\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%' or 'n' =>
                Aligned((type == 'n' ? format with { Type = 'g' } : format).Float(number.AsDouble), width, fill, align),
            NumberValue or StringValue => throw Unknown(type, value),
            UndefinedValue undefined => throw undefined.Error(),
            _ => throw new TemplateException($"unsupported format string passed to {value.TypeName}.__format__"),
        };
    }

    private static string Text(StringValue value, NumberFormat format, int width, char fill, char align, char sign)
    {
        if (format.Type is not ('\0' or 's'))
        {
            throw Unknown(format.Type, value);
        }

        if (sign != '\0' || align == '=' || format.Alternate || format.Grouping != '\0')
        {
            throw new TemplateException("Sign, '=', '#' or grouping not allowed in string format specifier");
        }

        var text = format.Precision >= 0 ? value.Text[..CodePoints.ToUnits(value.Text, format.Precision)] : value.Text;
        return NumberFormat.Pad(text, width, fill, align);
    }

    private static (string Prefix, string Digits) Integer(long number, NumberFormat format)
    {
        if (format.Precision >= 0)
        {
            throw new TemplateException("Precision not allowed in integer format specifier");
        }

        return format.Type == 'c'
            ? ("", number is >= 0 and < 0xD800 or > 0xDFFF and <= 0x10FFFF ? char.ConvertFromUtf32((int)number) : throw new TemplateException("%c arg not in range(0x110000)"))
            : format.Integer(number);
    }

    private static string Aligned((string Prefix, string Digits) number, int width, char fill, char align) => align == '='
        ? NumberFormat.PadInside(number.Prefix, number.Digits, width, fill)
        : NumberFormat.Pad(number.Prefix + number.Digits, width, fill, align == '\0' ? '>' : align);

    private static TemplateException Unknown(char type, Value value) => new($"Unknown format code '{type}' for object of type '{value.TypeName}'");

    private static char Take(string spec, ref int at, string choices) => at < spec.Length && choices.Contains(spec[at]) ? spec[at++] : '\0';

    private static int? Number(string spec, ref int at)
    {
        var start = at;
        while (at < spec.Length && char.IsAsciiDigit(spec[at]))
        {
            at++;
        }

        return start == at ? null
            : int.TryParse(spec.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var number) ? number
            : throw new TemplateException("Too many decimal digits in format string");
    }
}
