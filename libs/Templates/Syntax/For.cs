using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

/// <summary><c>{% for target in source if condition recursive %}…{% else %}…{% endfor %}</c></summary>
internal sealed class For(Target target, Expression source, Expression? condition, Block body, Block otherwise, int? loopSymbol, bool isRecursive, int line) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Line = line;
        return Run(state, source.Evaluate(state), depth: 0);
    }

    /// <summary>Runs the loop in the current scope; only a <c>break</c> or <c>continue</c> of its <c>else</c> concerns the loop around it.</summary>
    private Flow Run(RenderState state, Value source, int depth)
    {
        var outer = state.Scope;
        var elements = source.Iterate();
        var loop = new LoopValue(
            condition is null ? elements : Kept(state, elements, outer),
            condition is null ? source.Length : null,
            depth,
            isRecursive ? Recursion(outer, depth) : null);
        // As in Jinja2, an iteration that was left by `break` or `continue` does not keep the `else` from running.
        var isComplete = false;
        while (loop.MoveNext())
        {
            state.Line = line;
            state.Spend(1);
            state.Scope = new Scope(outer);
            if (loopSymbol is { } symbol)
            {
                state.Scope.Set(symbol, loop);
            }

            target.Assign(state, loop.Current);
            var flow = body.Execute(state);
            state.Scope = outer;
            isComplete |= flow == Flow.Next;
            if (flow == Flow.Break)
            {
                break;
            }
        }

        if (isComplete)
        {
            return Flow.Next;
        }

        state.Scope = new Scope(outer);
        var ending = otherwise.Execute(state);
        state.Scope = outer;
        return ending;
    }

    private IEnumerable<Value> Kept(RenderState state, IEnumerable<Value> elements, Scope? outer)
    {
        foreach (var element in elements)
        {
            state.Spend(1);
            var current = state.Scope;
            state.Scope = new Scope(outer);
            target.Assign(state, element);
            var keep = condition!.Evaluate(state).IsTruthy;
            state.Scope = current;
            if (keep)
            {
                yield return element;
            }
        }
    }

    private Func<RenderState, Value, Value> Recursion(Scope? outer, int depth) =>
        (state, source) => StringValue.Of(state.Capture(outer, inner => Run(inner, source, depth + 1)));
}
