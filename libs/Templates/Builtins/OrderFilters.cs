using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>Filters that compare elements. Unless told otherwise they do not tell upper from lower case.</summary>
internal static class OrderFilters
{
    public static readonly Builtin[] All =
    [
        new("sort", "reverse=, case_sensitive=, attribute=", Sort),
        new("dictsort", "case_sensitive=, by=, reverse=", DictSort),
        new("min", "case_sensitive=, attribute=", call => Extreme(call, isMax: false)),
        new("max", "case_sensitive=, attribute=", call => Extreme(call, isMax: true)),
        new("unique", "case_sensitive=, attribute=", call => new GeneratorValue(call.Self, Unique(call))),
        new("groupby", "attribute, default=, case_sensitive=", GroupBy),
    ];

    private static Value[] Sorted(Invocation call, IEnumerable<Value> values, Func<Value, Value> key, bool descending)
    {
        var keyed = values.Select(value => (Key: key(value), Value: value)).ToArray();
        bool IsLess((Value Key, Value Value) left, (Value Key, Value Value) right)
        {
            call.State.Spend(3 + Comparison.Cost(left.Key, right.Key));
            return descending ? Comparison.IsLess(right.Key, left.Key) : Comparison.IsLess(left.Key, right.Key);
        }

        return [.. StableSort.Sort(keyed, IsLess).Select(pair => pair.Value)];
    }

    private static Func<Value, Value> Key(Value? attribute, bool isCaseSensitive)
    {
        var path = attribute is null ? value => value : Access.Path(attribute);
        return isCaseSensitive ? path : value => Folded(path(value));
    }

    private static Value Folded(Value value) => value is StringValue text ? StringValue.Of(CaseMapping.Lower(text.Text)) : value;

    private static ListValue Sort(Invocation call)
    {
        var paths = call.Given(3) is StringValue { Text: var text }
            ? text.Split(',').Select(part => Key(StringValue.Of(part), call.Flag(2))).ToArray()
            : [Key(call.Given(3), call.Flag(2))];

        // Elements of lists are compared only where they differ, so what has no order may still be sorted if it is all the same.
        Value ListOfKeys(Value value) => new ListValue([.. paths.Select(path => path(value))]);
        return new ListValue(Sorted(call, call.Self.Iterate(), ListOfKeys, call.Flag(1)));
    }

    private static ListValue DictSort(Invocation call)
    {
        var position = (call.TextOrNull(2) ?? "key") switch
        {
            "key" => 0,
            "value" => 1,
            _ => throw new TemplateException("You can only sort by either \"key\" or \"value\""),
        };
        var entries = call.Self switch
        {
            DictValue dict => dict.Entries.Select(DictMethods.Pair),
            UndefinedValue undefined => throw undefined.Error(),
            _ => throw new TemplateException($"'{call.Self.TypeName}' object has no attribute 'items'"),
        };
        var isCaseSensitive = call.Flag(1);
        Value Key(Value pair) => ((TupleValue)pair).Items[position] is var part && isCaseSensitive ? part : Folded(((TupleValue)pair).Items[position]);
        return new ListValue(Sorted(call, entries, Key, call.Flag(3)));
    }

    private static Value Extreme(Invocation call, bool isMax)
    {
        var key = Key(call.Given(2), call.Flag(1));
        Value? best = null, bestKey = null;
        foreach (var value in call.Self.Iterate())
        {
            var candidate = key(value);
            call.State.Spend(1 + Comparison.Cost(candidate, bestKey ?? candidate));
            if (bestKey is null || (isMax ? Comparison.Compare(candidate, bestKey, ">") > 0 : Comparison.IsLess(candidate, bestKey)))
            {
                (best, bestKey) = (value, candidate);
            }
        }

        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }

    private static IEnumerable<Value> Unique(Invocation call)
    {
        var key = Key(call.Given(2), call.Flag(1));
        var seen = new HashSet<Value>();
        foreach (var value in call.Self.Iterate())
        {
            call.State.Spend(1 + (value.Size >> 4));
            if (seen.Add(key(value)))
            {
                yield return value;
            }
        }
    }

    private static ListValue GroupBy(Invocation call)
    {
        var path = Access.Path(call[1], call.Given(2));
        var isCaseSensitive = call.Flag(3);
        Value Key(Value value) => isCaseSensitive ? path(value) : Folded(path(value));

        var groups = new List<(Value Key, List<Value> Items)>();
        foreach (var value in Sorted(call, call.Self.Iterate(), Key, descending: false))
        {
            if (groups.Count == 0 || !Comparison.AreEqual(groups[^1].Key, Key(value)))
            {
                groups.Add((Key(value), []));
            }

            groups[^1].Items.Add(value);
        }

        return ListValue.From(groups.Select(group => new TupleValue([path(group.Items[0]), ListValue.From(group.Items)], ["grouper", "list"])));
    }
}
