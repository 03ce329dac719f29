using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>Filters that apply another filter or test to each element; lazily, as generators.</summary>
internal static class SelectionFilters
{
    public static readonly Builtin[] All =
    [
        new("map", "*args, **kwargs", call => new GeneratorValue(call.Self, Map(call))),
        new("select", "*args, **kwargs", call => new GeneratorValue(call.Self, Select(call, byAttribute: false, keep: true))),
        new("reject", "*args, **kwargs", call => new GeneratorValue(call.Self, Select(call, byAttribute: false, keep: false))),
        new("selectattr", "*args, **kwargs", call => new GeneratorValue(call.Self, Select(call, byAttribute: true, keep: true))),
        new("rejectattr", "*args, **kwargs", call => new GeneratorValue(call.Self, Select(call, byAttribute: true, keep: false))),
    ];

    private static IEnumerable<Value> Map(Invocation call)
    {
        if (!call.Self.IsTruthy)
        {
            yield break;
        }

        var map = Mapping(call);
        foreach (var element in call.Self.Iterate())
        {
            call.State.Spend(1);
            yield return map(element);
        }
    }

    private static Func<Value, Value> Mapping(Invocation call)
    {
        var (positional, named) = (((TupleValue)call[1]).Items, (DictValue)call[2]);
        if (positional.Length == 0 && named.Find(StringValue.Of("attribute")) is { } attribute)
        {
            var unexpected = named.Entries.Select(entry => entry.Key.ToText()).FirstOrDefault(name => name is not ("attribute" or "default"));
            return unexpected is null
                ? Access.Path(attribute, named.Find(StringValue.Of("default")))
                : throw new TemplateException($"Unexpected keyword argument '{unexpected}'");
        }

        var name = positional.Length > 0 ? positional[0].ToText() : throw new TemplateException("map requires a filter argument");
        var filter = Filters.Table.GetValueOrDefault(name) ?? throw new TemplateException($"No filter named '{name}'.");
        var (state, arguments) = (call.State, Rest(call, 1));
        return element => filter.Invoke(state, element, arguments);
    }

    private static IEnumerable<Value> Select(Invocation call, bool byAttribute, bool keep)
    {
        if (!call.Self.IsTruthy)
        {
            yield break;
        }

        var positional = ((TupleValue)call[1]).Items;
        if (byAttribute && positional.Length == 0)
        {
            throw new TemplateException("Missing parameter for attribute name");
        }

        var path = byAttribute ? Access.Path(positional[0]) : value => value;
        var holds = Condition(call, byAttribute ? 1 : 0);
        foreach (var element in call.Self.Iterate())
        {
            call.State.Spend(1);
            if (holds(path(element)) == keep)
            {
                yield return element;
            }
        }
    }

    private static Func<Value, bool> Condition(Invocation call, int at)
    {
        var positional = ((TupleValue)call[1]).Items;
        if (positional.Length <= at)
        {
            return value => value.IsTruthy;
        }

        var name = positional[at].ToText();
        var test = Predicates.Table.GetValueOrDefault(name) ?? throw new TemplateException($"No test named '{name}'.");
        var (state, arguments) = (call.State, Rest(call, at + 1));
        return value => test.Invoke(state, value, arguments).IsTruthy;
    }

    private static Arguments Rest(Invocation call, int from) =>
        new(((TupleValue)call[1]).Items[from..], [.. ((DictValue)call[2]).Entries.Select(entry => KeyValuePair.Create(entry.Key.ToText(), entry.Value))]);
}
