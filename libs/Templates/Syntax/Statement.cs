using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

/// <summary>How a statement ended: what the loop around it does next.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

internal abstract class Statement
{
    public abstract Flow Execute(RenderState state);
}

internal sealed class Block(Statement[] statements)
{
    public static readonly Block Empty = new([]);

    public Flow Execute(RenderState state)
    {
        foreach (var statement in statements)
        {
            var flow = statement.Execute(state);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }
}

internal sealed class Text(string text) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Spend(1 + (text.Length >> 8));
        state.Output.Append(text);
        return Flow.Next;
    }
}

internal sealed class Print(Expression expression, int line) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Line = line;
        state.Output.Append(state.ToText(expression.Evaluate(state)));
        return Flow.Next;
    }
}

internal sealed class If((Expression Condition, Block Body)[] branches, Block otherwise, int line) : Statement
{
    public override Flow Execute(RenderState state)
    {
        foreach (var (condition, body) in branches)
        {
            state.Line = line;
            state.Spend(1);
            if (condition.Evaluate(state).IsTruthy)
            {
                return body.Execute(state);
            }
        }

        return otherwise.Execute(state);
    }
}

internal sealed class LoopControl(Flow flow) : Statement
{
    public override Flow Execute(RenderState state) => flow;
}

internal sealed class Assignment(Target target, Expression value, int line) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Line = line;
        state.Spend(1);
        target.Assign(state, value.Evaluate(state));
        return Flow.Next;
    }
}

/// <summary><c>{% set name | filter %}…{% endset %}</c></summary>
internal sealed class BlockAssignment(Target target, Filter[] filters, Block body, int line) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Line = line;
        target.Assign(state, FilterBlock.Render(state, filters, body));
        return Flow.Next;
    }
}

/// <summary><c>{% filter name %}…{% endfilter %}</c></summary>
internal sealed class FilterBlock(Filter[] filters, Block body, int line) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Line = line;
        state.Output.Append(Render(state, filters, body).ToText());
        return Flow.Next;
    }

    public static Value Render(RenderState state, Filter[] filters, Block body)
    {
        Value value = StringValue.Of(state.Capture(state.Scope, inner => body.Execute(inner)));
        foreach (var filter in filters)
        {
            value = filter.Apply(state, value);
        }

        return value;
    }
}

/// <summary>A block whose names stay inside it: <c>with</c>, <c>block</c>, <c>generation</c>.</summary>
internal sealed class ScopedBlock((Target Target, Expression Value)[] bindings, Block body) : Statement
{
    public override Flow Execute(RenderState state)
    {
        var outer = state.Scope;
        var values = new Value[bindings.Length];
        for (var i = 0; i < bindings.Length; i++)
        {
            values[i] = bindings[i].Value.Evaluate(state);
        }

        state.Scope = new Scope(outer);
        for (var i = 0; i < bindings.Length; i++)
        {
            bindings[i].Target.Assign(state, values[i]);
        }

        var flow = body.Execute(state);
        state.Scope = outer;
        return flow;
    }
}
