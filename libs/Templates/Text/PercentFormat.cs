using System.Globalization;
using System.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Text;

/// <summary>Python's <c>text % arguments</c>.</summary>
internal sealed class PercentFormat
{
    private readonly string _format;
    private readonly Value _arguments;
    private readonly Func<string, string> _escape;
    private readonly StringBuilder _output = new();
    private int _at;
    private int _next;
    private bool _named;

    private PercentFormat(string format, Value arguments, Func<string, string> escape)
    {
        _format = format;
        _arguments = arguments;
        _escape = escape;
    }

    public static string Apply(string format, Value arguments, Func<string, string> escape) => new PercentFormat(format, arguments, escape).Run();

    private string Run()
    {
        while (_at < _format.Length)
        {
            var percent = _format.IndexOf('%', _at);
            if (percent < 0)
            {
                break;
            }

            _output.Append(_format, _at, percent - _at);
            _at = percent + 1;
            AppendConversion();
            StringValue.CheckLength(_output.Length);
        }

        _output.Append(_format, _at, _format.Length - _at);
        var isSpent = _named || _arguments switch
        {
            TupleValue tuple => _next == tuple.Items.Length,
            DictValue or ListValue or RangeValue or UndefinedValue => true,
            _ => _next == 1,
        };
        return isSpent ? _output.ToString() : throw new TemplateException("not all arguments converted during string formatting");
    }

    private void AppendConversion()
    {
        var name = Peek() == '(' ? ReadName() : null;
        var flags = "";
        while (Peek() is '-' or '+' or ' ' or '#' or '0')
        {
            var flag = Read();
            flags += flags.Contains(flag) ? "" : flag;
        }

        var width = ReadNumber() ?? 0;
        var left = flags.Contains('-') || width < 0;
        var precision = -1;
        if (Peek() == '.')
        {
            _at++;
            precision = Math.Max(0, ReadNumber() ?? 0);
        }

        while (Peek() is 'h' or 'l' or 'L')
        {
            _at++;
        }

        var type = Read();
        if (type == '%')
        {
            _output.Append('%');
            return;
        }

        var value = name is null ? Next() : Named(name);
        var text = Convert(value, type, precision, flags, left ? 0 : width);
        _output.Append(NumberFormat.Pad(text, Math.Abs(width), ' ', left ? '<' : '>'));
    }

    private string Convert(Value value, char type, int precision, string flags, int zeroWidth)
    {
        if (type is 's' or 'r' or 'a')
        {
            var text = type == 's' ? (value is StringValue { IsMarkup: true } ? value.ToText() : _escape(value.ToText())) : _escape(Representation(value, type));
            return precision >= 0 ? text[..CodePoints.ToUnits(text, precision)] : text;
        }

        var sign = flags.Contains('+') ? '+' : flags.Contains(' ') ? ' ' : '-';
        var (prefix, digits) = type switch
        {
            'd' or 'i' or 'u' => new NumberFormat('d', Sign: sign).Integer(NumberFormat.Truncate(value, "d")),
            'x' or 'X' or 'o' => new NumberFormat(type, Sign: sign, Alternate: flags.Contains('#')).Integer(Whole(value, type)),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' => new NumberFormat(type, precision, sign, flags.Contains('#')).Float(Real(value)),
            'c' => ("", Character(value)),
            _ => throw new TemplateException($"unsupported format character '{type}' (0x{(int)type:x}) at index {_at - 1}"),
        };
        if (precision > digits.Length && type is 'd' or 'i' or 'u' or 'x' or 'X' or 'o')
        {
            StringValue.CheckLength(precision);
            digits = digits.PadLeft(precision, '0');
        }

        return flags.Contains('0') && type != 'c' ? NumberFormat.PadInside(prefix, digits, zeroWidth, '0') : prefix + digits;
    }

    private static string Representation(Value value, char type)
    {
        if (type == 'r' || value is not StringValue text)
        {
            return value.Repr();
        }

        var output = new StringBuilder();
        StringRepr.Append(output, text.Text, asciiOnly: true);
        return output.ToString();
    }

    private static long Whole(Value value, char type) => value is IntegralValue integral
        ? integral.Number
        : throw new TemplateException($"%{type} format: an integer is required, not {value.TypeName}");

    private static double Real(Value value) => value switch
    {
        NumberValue number => number.AsDouble,
        UndefinedValue undefined => throw undefined.Error(),
        _ => throw new TemplateException($"must be real number, not {value.TypeName}"),
    };

    private static string Character(Value value) => value switch
    {
        StringValue { Length: 1 } text => text.Text,
        IntegralValue { Number: >= 0 and <= 0x10FFFF and not (>= 0xD800 and <= 0xDFFF) } code => char.ConvertFromUtf32((int)code.Number),
        _ => throw new TemplateException("%c requires int or char"),
    };

    private Value Next()
    {
        var index = _next++;
        if (_arguments is TupleValue tuple)
        {
            return index < tuple.Items.Length ? tuple.Items[index] : throw NotEnough();
        }

        return index == 0 ? _arguments : throw NotEnough();
    }

    private static TemplateException NotEnough() => new("not enough arguments for format string");

    private Value Named(string name)
    {
        _named = true;
        return _arguments is DictValue dict
            ? dict.Find(StringValue.Of(name)) ?? throw new TemplateException($"'{name}' is missing in the arguments of a format string")
            : throw new TemplateException("format requires a mapping");
    }

    private string ReadName()
    {
        var start = ++_at;
        for (var depth = 1; ; _at++)
        {
            depth += Peek() switch { '(' => 1, ')' => -1, '\0' => throw new TemplateException("incomplete format key"), _ => 0 };
            if (depth == 0)
            {
                return _format[start.._at++];
            }
        }
    }

    private int? ReadNumber()
    {
        if (Peek() == '*')
        {
            _at++;
            return Next() is IntegralValue { Number: > -int.MaxValue and < int.MaxValue } integral ? (int)integral.Number : throw new TemplateException("* wants int");
        }

        var start = _at;
        while (char.IsAsciiDigit(Peek()))
        {
            _at++;
        }

        return start == _at ? null
            : int.TryParse(_format.AsSpan(start, _at - start), CultureInfo.InvariantCulture, out var number) ? number
            : throw new TemplateException("a width or precision is too big");
    }

    private char Peek() => _at < _format.Length ? _format[_at] : '\0';

    private char Read() => _at < _format.Length ? _format[_at++] : throw new TemplateException("incomplete format");
}
