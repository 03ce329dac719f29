using Platform.Templates.Builtins;
using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

/// <summary>What stands between the brackets of a call.</summary>
internal sealed record CallArguments(Expression[] Positional, (string Name, Expression Value)[] Named, Expression? Rest, Expression? NamedRest)
{
    public static readonly CallArguments None = new([], [], null, null);

    public IEnumerable<Expression?> Parts => [.. Positional, .. Named.Select(argument => argument.Value), Rest, NamedRest];

    public Arguments Evaluate(RenderState state)
    {
        if (ReferenceEquals(this, None))
        {
            return Arguments.None;
        }

        var positional = ListLiteral.EvaluateAll(Positional, state);
        if (Rest is not null)
        {
            positional = [.. positional, .. Rest.Evaluate(state).Iterate()];
        }

        return new Arguments(positional, EvaluateNamed(state));
    }

    private KeyValuePair<string, Value>[] EvaluateNamed(RenderState state)
    {
        if (Named.Length == 0 && NamedRest is null)
        {
            return [];
        }

        var named = Named.Select(argument => KeyValuePair.Create(argument.Name, argument.Value.Evaluate(state)));
        if (NamedRest is null)
        {
            return [.. named];
        }

        return NamedRest.Evaluate(state) is DictValue rest
            ? [.. named, .. rest.Entries.Select(entry => KeyValuePair.Create(entry.Key.ToText(), entry.Value))]
            : throw new TemplateException("argument after ** must be a mapping");
    }
}

internal sealed class Call(Expression callee, CallArguments arguments, int line) : Expression([callee, .. arguments.Parts])
{
    public override Value Evaluate(RenderState state) => Evaluate(state, caller: null);

    /// <param name="caller">The body of a call block, passed under that name.</param>
    public Value Evaluate(RenderState state, Value? caller)
    {
        var target = callee.Evaluate(state);
        var values = arguments.Evaluate(state);
        if (caller is not null)
        {
            values = values with { Named = [.. values.Named, KeyValuePair.Create("caller", caller)] };
        }

        state.Line = line;
        state.Spend(1);
        return target switch
        {
            CallableValue callable => callable.Call(state, values),
            UndefinedValue undefined => throw undefined.Error(),
            _ => throw new TemplateException($"'{target.TypeName}' object is not callable"),
        };
    }
}

/// <summary><c>target | name(arguments)</c>; an unknown filter is an error only where it is reached.</summary>
internal sealed class Filter(Expression? target, string name, CallArguments arguments, int line) : Expression([target, .. arguments.Parts])
{
    private readonly Builtin? _filter = Filters.Table.GetValueOrDefault(name);

    public override Value Evaluate(RenderState state) => Apply(state, target!.Evaluate(state));

    public Value Apply(RenderState state, Value value)
    {
        var values = arguments.Evaluate(state);
        state.Line = line;
        return (_filter ?? throw new TemplateException($"No filter named '{name}'.")).Invoke(state, value, values);
    }
}

/// <summary><c>target is name(arguments)</c></summary>
internal sealed class Test(Expression target, string name, CallArguments arguments, int line) : Expression([target, .. arguments.Parts])
{
    private readonly Builtin? _test = Predicates.Table.GetValueOrDefault(name);

    public override Value Evaluate(RenderState state)
    {
        var value = target.Evaluate(state);
        var values = arguments.Evaluate(state);
        state.Line = line;
        return (_test ?? throw new TemplateException($"No test named '{name}'.")).Invoke(state, value, values);
    }
}
