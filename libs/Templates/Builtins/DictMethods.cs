using System.Collections.Frozen;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>The methods of dicts. Those that change one are refused, as the sandbox of the reference engine does.</summary>
internal static class DictMethods
{
    public static readonly FrozenDictionary<string, Builtin> Table = Builtin.Table(
    [
        new("get", "key, default=", call => Find(call) ?? call[2]),
        new("items", "", call => new ViewValue("dict_items", Self(call), Pair)),
        new("keys", "", call => new ViewValue("dict_keys", Self(call), entry => entry.Key)),
        new("values", "", call => new ViewValue("dict_values", Self(call), entry => entry.Value)),
        new("copy", "", call => call.Self),
        new("fromkeys", "iterable, value=", call => new DictValue(FromKeys(call))),
        .. new[] { "clear", "pop", "popitem", "setdefault", "update" }.Select(Builtin.Unsafe),
    ]);

    public static TupleValue Pair(KeyValuePair<Value, Value> entry) => new([entry.Key, entry.Value]);

    private static DictValue Self(Invocation call) => (DictValue)call.Self;

    private static Value? Find(Invocation call)
    {
        call.State.Spend(call[1].Size >> 4);
        return call[1].Hash is null ? throw new TemplateException($"unhashable type: '{call[1].TypeName}'") : Self(call).Find(call[1]);
    }

    private static OrderedDictionary<Value, Value> FromKeys(Invocation call)
    {
        var entries = new OrderedDictionary<Value, Value>();
        foreach (var key in call[1].Iterate())
        {
            entries[key] = call[2];
        }

        return entries;
    }
}
