using System.Collections.Frozen;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>The methods of lists and tuples. Those that change a list are refused, as the sandbox of the reference engine does.</summary>
internal static class SequenceMethods
{
    public static readonly FrozenDictionary<string, Builtin> Tuples = Builtin.Table(
    [
        new("count", "value", Count),
        new("index", "value, start=, stop=", Index),
    ]);

    public static readonly FrozenDictionary<string, Builtin> Lists = Builtin.Table(
    [
        .. Tuples.Values,
        new("copy", "", call => call.Self),
        .. new[] { "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort" }.Select(Builtin.Unsafe),
    ]);

    private static IntegerValue Count(Invocation call)
    {
        call.State.Spend(Comparison.ContainsCost(call.Self, call[1]));
        return IntegerValue.Of(((SequenceValue)call.Self).Items.Count(item => Comparison.AreEqual(item, call[1])));
    }

    private static IntegerValue Index(Invocation call)
    {
        call.State.Spend(Comparison.ContainsCost(call.Self, call[1]));
        var items = ((SequenceValue)call.Self).Items;
        var (first, _, count) = new SliceValue(call[2], call[3], NoneValue.Instance).Resolve(items.Length);
        for (var i = first; i < first + count; i++)
        {
            if (Comparison.AreEqual(items[i], call[1]))
            {
                return IntegerValue.Of(i);
            }
        }

        throw new TemplateException($"{call[1].Repr()} is not in {call.Self.TypeName}");
    }
}
