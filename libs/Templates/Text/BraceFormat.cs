using System.Globalization;
using System.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Text;

/// <summary>Python's <c>text.format(...)</c>.</summary>
internal sealed class BraceFormat(TupleValue positional, DictValue named, Func<string, string> escape)
{
    private const int Nesting = 2;

    private int _next;
    private bool _isNumbered;

    public string Apply(string format, int depth = 0)
    {
        if (depth >= Nesting)
        {
            throw new TemplateException("Max string recursion exceeded");
        }

        var output = new StringBuilder();
        for (var at = 0; at < format.Length;)
        {
            var c = format[at++];
            if (c is not ('{' or '}'))
            {
                output.Append(c);
            }
            else if (at < format.Length && format[at] == c)
            {
                output.Append(c);
                at++;
            }
            else if (c == '}')
            {
                throw new TemplateException("Single '}' encountered in format string");
            }
            else
            {
                var end = FieldEnd(format, at);
                output.Append(Field(format[at..end], depth));
                at = end + 1;
            }

            StringValue.CheckLength(output.Length);
        }

        return output.ToString();
    }

    private static int FieldEnd(string format, int at)
    {
        for (var open = 1; at < format.Length; at++)
        {
            open += format[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (open == 0)
            {
                return at;
            }
        }

        throw new TemplateException("expected '}' before end of string");
    }

    private string Field(string field, int depth)
    {
        var nameEnd = field.AsSpan().IndexOfAny('!', ':') is >= 0 and var found ? found : field.Length;
        var value = Resolve(field[..nameEnd]);
        if (nameEnd < field.Length && field[nameEnd] == '!')
        {
            var rest = field[(nameEnd + 1)..];
            if (rest.Length == 0 || (rest.Length > 1 && rest[1] != ':'))
            {
                throw new TemplateException("expected ':' after conversion specifier");
            }

            value = Convert(value, rest[0]);
            nameEnd += 2;
        }

        var spec = nameEnd < field.Length ? Apply(field[(nameEnd + 1)..], depth + 1) : "";
        return value is StringValue { IsMarkup: true } ? FormatSpec.Apply(value, spec) : escape(FormatSpec.Apply(value, spec));
    }

    private static StringValue Convert(Value value, char conversion) => conversion switch
    {
        's' => StringValue.Of(value.ToText()),
        'r' => StringValue.Of(value.Repr()),
        'a' => StringValue.Of(PercentFormat.Apply("%a", new TupleValue([value]), text => text)),
        _ => throw new TemplateException($"Unknown conversion specifier '{conversion}'"),
    };

    private Value Resolve(string path)
    {
        var end = path.AsSpan().IndexOfAny('.', '[') is >= 0 and var found ? found : path.Length;
        var value = Argument(path[..end]);
        for (var at = end; at < path.Length;)
        {
            if (path[at] == '.')
            {
                var next = path.AsSpan(at + 1).IndexOfAny('.', '[') is >= 0 and var offset ? at + 1 + offset : path.Length;
                value = Access.Attribute(value, path[(at + 1)..next]);
                at = next;
            }
            else if (path[at] == '[' && path.IndexOf(']', at) is > 0 and var close)
            {
                var key = path[(at + 1)..close];
                value = Access.Item(value, Number(key) is { } index ? IntegerValue.Of(index) : StringValue.Of(key));
                at = close + 1;
            }
            else
            {
                throw new TemplateException("Only '.' or '[' may follow ']' in format field specifier");
            }
        }

        return value;
    }

    private Value Argument(string name)
    {
        var index = Number(name);
        if (name.Length > 0 && index is null)
        {
            return named.Find(StringValue.Of(name)) ?? throw new TemplateException($"'{name}' is missing in the arguments of format()");
        }

        if (index is null ? _isNumbered : _next > 0)
        {
            throw new TemplateException("cannot switch between manual field specification and automatic field numbering");
        }

        _isNumbered = index is not null;
        index ??= _next++;
        return index < positional.Items.Length
            ? positional.Items[index.Value]
            : throw new TemplateException($"Replacement index {index} out of range for positional args tuple");
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
