using System.Globalization;
using System.Text;
using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Json;

/// <summary>Writes values as Python's <c>json.dumps</c> does.</summary>
/// <param name="indent">What one level is indented by; null puts everything on one line.</param>
internal sealed class JsonWriter(bool asciiOnly, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly StringBuilder _output = new();

    public string Write(Value value)
    {
        Append(value, 0);
        return _output.ToString();
    }

    private void Append(Value value, int level)
    {
        switch (value)
        {
            case StringValue text:
                AppendString(text.Text);
                break;
            case SequenceValue sequence:
                AppendAll('[', ']', sequence.Items, level, item => Append(item, level + 1));
                break;
            case DictValue dict:
                AppendAll('{', '}', Sorted(dict), level, entry =>
                {
                    AppendString(Key(entry.Key));
                    _output.Append(keySeparator);
                    Append(entry.Value, level + 1);
                });
                break;
            case NoneValue or NumberValue:
                _output.Append(Scalar(value));
                break;
            default:
                throw new TemplateException($"Object of type {value.TypeName} is not JSON serializable");
        }
    }

    private void AppendAll<T>(char open, char close, IReadOnlyCollection<T> items, int level, Action<T> append)
    {
        _output.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first)
            {
                _output.Append(itemSeparator);
            }

            NewLine(level + 1);
            append(item);
            first = false;
            StringValue.CheckLength(_output.Length);
        }

        if (!first)
        {
            NewLine(level);
        }

        _output.Append(close);
    }

    private void NewLine(int level)
    {
        if (indent is not null)
        {
            StringValue.CheckLength(_output.Length + ((long)indent.Length * level));
            _output.Append('\n').Insert(_output.Length, indent, level);
        }
    }

    private IReadOnlyCollection<KeyValuePair<Value, Value>> Sorted(DictValue dict) =>
        sortKeys ? StableSort.Sort([.. dict.Entries], (left, right) => Comparison.IsLess(left.Key, right.Key)) : dict.Entries;

    private static string Key(Value key) => key switch
    {
        StringValue text => text.Text,
        NoneValue or NumberValue => Scalar(key),
        _ => throw new TemplateException($"keys must be str, int, float, bool or None, not {key.TypeName}"),
    };

    private static string Scalar(Value value) => value switch
    {
        NoneValue => "null",
        BooleanValue boolean => boolean.IsTruthy ? "true" : "false",
        FloatValue { AsDouble: double.NaN } => "NaN",
        FloatValue { AsDouble: double.PositiveInfinity } => "Infinity",
        FloatValue { AsDouble: double.NegativeInfinity } => "-Infinity",
        _ => value.ToText(),
    };

    private void AppendString(string text)
    {
        _output.Append('"');
        foreach (var c in text)
        {
            var escape = c switch { '"' => '"', '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', '\b' => 'b', '\f' => 'f', _ => '\0' };
            if (escape != '\0')
            {
                _output.Append('\\').Append(escape);
            }
            else if (c < ' ' || (asciiOnly && c > '~'))
            {
                _output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                _output.Append(c);
            }
        }

        _output.Append('"');
    }
}
