using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

/// <summary>What a value can be assigned to.</summary>
internal abstract class Target
{
    public abstract void Assign(RenderState state, Value value);
}

internal sealed class NameTarget(int symbol) : Target
{
    public override void Assign(RenderState state, Value value) => state.Set(symbol, value);
}

/// <summary><c>name.attribute</c> of a namespace.</summary>
internal sealed class NamespaceTarget(Expression name, string attribute) : Target
{
    public override void Assign(RenderState state, Value value)
    {
        if (name.Evaluate(state) is not NamespaceValue target)
        {
            throw new TemplateException("cannot assign attribute on non-namespace object");
        }

        target.Set(attribute, value);
    }
}

internal sealed class TupleTarget(Target[] targets) : Target
{
    public override void Assign(RenderState state, Value value)
    {
        var values = value.Elements switch
        {
            Value[] items => items,
            null => throw new TemplateException($"cannot unpack non-iterable {value.TypeName} object"),
            var elements => [.. elements],
        };
        if (values.Length != targets.Length)
        {
            throw new TemplateException(values.Length > targets.Length
                ? $"too many values to unpack (expected {targets.Length})"
                : $"not enough values to unpack (expected {targets.Length}, got {values.Length})");
        }

        for (var i = 0; i < targets.Length; i++)
        {
            targets[i].Assign(state, values[i]);
        }
    }
}
