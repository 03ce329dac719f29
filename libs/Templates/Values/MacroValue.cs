using Platform.Templates.Rendering;
using Platform.Templates.Syntax;

namespace Platform.Templates.Values;

/// <summary>A macro or the body of a call block, with the scope it was written in.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope? scope) : CallableValue
{
    public override string TypeName => "Macro";

    public override Value? Attribute(string name) => name switch
    {
        "name" => StringValue.Of(definition.Name),
        "arguments" => new TupleValue([.. definition.Parameters.Select(parameter => StringValue.Of(parameter.Name))]),
        "caller" => BooleanValue.Of(definition.CallerSymbol is not null),
        "catch_varargs" => BooleanValue.Of(definition.RestSymbol is not null),
        "catch_kwargs" => BooleanValue.Of(definition.NamedSymbol is not null),
        _ => null,
    };

    public override Value Call(RenderState state, Arguments arguments)
    {
        state.Spend((int)Math.Min(1 + (definition.Parameters.Length * (1L + arguments.Named.Length)), Limits.Steps));
        return StringValue.Of(state.Capture(scope, inner =>
        {
            Bind(inner, arguments);
            definition.Body.Execute(inner);
        }));
    }

    private void Bind(RenderState state, Arguments arguments)
    {
        var parameters = definition.Parameters;
        var given = arguments.Positional;
        var named = new List<KeyValuePair<string, Value>>(arguments.Named);
        for (var i = 0; i < parameters.Length; i++)
        {
            var (name, symbol, byDefault) = parameters[i];
            var index = named.FindIndex(argument => argument.Key == name);
            if (i < given.Length && index >= 0)
            {
                throw new TemplateException($"macro '{definition.Name}' got multiple values for argument '{name}'");
            }

            var value = i < given.Length ? given[i]
                : index >= 0 ? named[index].Value
                : byDefault?.Evaluate(state) ?? new UndefinedValue($"parameter '{name}' was not provided");
            if (index >= 0)
            {
                named.RemoveAt(index);
            }

            state.Set(symbol, value);
        }

        BindCaller(state, named);
        BindRest(state, given.Length > parameters.Length ? given[parameters.Length..] : [], named);
    }

    private void BindCaller(RenderState state, List<KeyValuePair<string, Value>> named)
    {
        if (definition.CallerSymbol is { } symbol)
        {
            var index = named.FindIndex(argument => argument.Key == "caller");
            state.Set(symbol, index >= 0 ? named[index].Value : new UndefinedValue("No caller defined"));
            if (index >= 0)
            {
                named.RemoveAt(index);
            }
        }
    }

    private void BindRest(RenderState state, Value[] rest, List<KeyValuePair<string, Value>> named)
    {
        if (definition.NamedSymbol is { } namedSymbol)
        {
            state.Set(namedSymbol, DictValue.From(named));
        }
        else if (named.Count > 0)
        {
            throw new TemplateException($"macro '{definition.Name}' takes no keyword argument '{named[0].Key}'");
        }

        if (definition.RestSymbol is { } restSymbol)
        {
            state.Set(restSymbol, new TupleValue(rest));
        }
        else if (rest.Length > 0)
        {
            throw new TemplateException($"macro '{definition.Name}' takes not more than {definition.Parameters.Length} argument(s)");
        }
    }
}
