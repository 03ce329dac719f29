using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

/// <summary>A node that gives a value. Its height is bounded when it is made, so evaluating it cannot exhaust the stack.</summary>
internal abstract class Expression
{
    protected Expression(int height)
    {
        if (height > Limits.ExpressionHeight)
        {
            throw new TemplateException($"An expression is nested too deeply; at most {Limits.ExpressionHeight} levels are allowed.");
        }

        Height = height;
    }

    protected Expression(params IEnumerable<Expression?> parts) : this(1 + Tallest(parts)) { }

    public int Height { get; }

    public abstract Value Evaluate(RenderState state);

    private static int Tallest(IEnumerable<Expression?> parts) => parts.Select(part => part?.Height ?? 0).DefaultIfEmpty().Max();
}

internal sealed class Literal(Value value) : Expression(height: 1)
{
    public Value Value => value;

    public override Value Evaluate(RenderState state) => value;
}

internal sealed class Name(int symbol, string text) : Expression(height: 1)
{
    public int Symbol => symbol;

    public string Text => text;

    public override Value Evaluate(RenderState state) => state.Find(symbol) ?? UndefinedValue.Name(text);
}

internal sealed class ListLiteral(Expression[] items) : Expression(items)
{
    public override Value Evaluate(RenderState state) => new ListValue(EvaluateAll(items, state));

    public static Value[] EvaluateAll(Expression[] items, RenderState state)
    {
        state.Spend(1 + items.Length);
        var values = items.Length == 0 ? [] : new Value[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            values[i] = items[i].Evaluate(state);
        }

        return values;
    }
}

internal sealed class TupleLiteral(Expression[] items) : Expression(items)
{
    public Expression[] Items => items;

    public override Value Evaluate(RenderState state) => new TupleValue(ListLiteral.EvaluateAll(items, state));
}

internal sealed class DictLiteral((Expression Key, Expression Value)[] entries) : Expression(entries.SelectMany(entry => new[] { entry.Key, entry.Value }))
{
    public override Value Evaluate(RenderState state)
    {
        state.Spend(1 + entries.Length);
        var values = new OrderedDictionary<Value, Value>(entries.Length);
        foreach (var (key, value) in entries)
        {
            values[key.Evaluate(state)] = value.Evaluate(state);
        }

        return new DictValue(values);
    }
}

/// <summary><c>target.name</c></summary>
internal sealed class AttributeAccess(Expression target, string name) : Expression(target)
{
    private readonly StringValue _name = StringValue.Of(name);

    public override Value Evaluate(RenderState state)
    {
        state.Spend(1);
        return Access.Attribute(target.Evaluate(state), _name);
    }
}

/// <summary><c>target[key]</c></summary>
internal sealed class ItemAccess(Expression target, Expression key) : Expression(target, key)
{
    public override Value Evaluate(RenderState state)
    {
        var (container, index) = (target.Evaluate(state), key.Evaluate(state));
        state.Spend(1 + (index.Size >> 4) + (container is StringValue ? container.Work : 0));
        var value = Access.Item(container, index);
        state.Spend(value.Work);
        return value;
    }
}

/// <summary><c>start:stop:step</c> inside a subscript.</summary>
internal sealed class Slice(Expression? start, Expression? stop, Expression? step) : Expression(start, stop, step)
{
    public override Value Evaluate(RenderState state) => new SliceValue(Bound(start, state), Bound(stop, state), Bound(step, state));

    private static Value Bound(Expression? bound, RenderState state) => bound?.Evaluate(state) ?? NoneValue.Instance;
}
