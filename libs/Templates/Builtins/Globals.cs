using System.Collections.Frozen;
using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>The functions every template can call.</summary>
internal static class Globals
{
    public static readonly FrozenDictionary<string, Value> Table = Builtin.Table(
    [
        new("range", "start, stop=, step=", Range),
        new("dict", "source=, **entries", call => new DictValue(Entries(call))),
        new("namespace", "source=, **attributes", call => new NamespaceValue(
            Entries(call).Select(entry => KeyValuePair.Create(entry.Key.ToText(), entry.Value)))),
        new("cycler", "*items", call => ((TupleValue)call[1]).Items is { Length: > 0 } items
            ? new CyclerValue(items)
            : throw new TemplateException("at least one item has to be provided")),
        new("joiner", "sep=", call => new JoinerValue(call.Has(1) ? call[1] : StringValue.Of(", "))),
        new("raise_exception", "message", call => throw new TemplateException(call[1].ToText())),
        new("strftime_now", "format", call => StringValue.Of(Strftime.Format(call.State.Now, call.Text(1)))),
    ]).ToFrozenDictionary(function => function.Key, Value (function) => new FunctionValue(function.Value));

    private static RangeValue Range(Invocation call) => call.Has(2)
        ? RangeValue.Of(call.Integer(1), call.Integer(2), call.Integer(3, 1))
        : RangeValue.Of(0, call.Integer(1), 1);

    private static OrderedDictionary<Value, Value> Entries(Invocation call)
    {
        var entries = call[1] switch
        {
            NoneValue when !call.Has(1) => [],
            DictValue dict => dict.Copy(),
            var pairs => FromPairs(pairs),
        };
        foreach (var (name, value) in ((DictValue)call[2]).Entries)
        {
            entries[name] = value;
        }

        return entries;
    }

    private static OrderedDictionary<Value, Value> FromPairs(Value pairs)
    {
        var entries = new OrderedDictionary<Value, Value>();
        foreach (var pair in pairs.Iterate())
        {
            var items = pair.Iterate().ToArray();
            if (items.Length != 2)
            {
                throw new TemplateException("a dict is made of pairs");
            }

            entries[items[0]] = items[1];
        }

        return entries;
    }
}
