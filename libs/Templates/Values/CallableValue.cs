using System.Text;
using Platform.Templates.Builtins;
using Platform.Templates.Rendering;

namespace Platform.Templates.Values;

/// <summary>Something that can be called.</summary>
internal abstract class CallableValue : Value
{
    public abstract Value Call(RenderState state, Arguments arguments);

    public override void AppendRepr(StringBuilder output) => output.Append('<').Append(TypeName).Append('>');
}

/// <summary>A global function.</summary>
internal sealed class FunctionValue(Builtin function) : CallableValue
{
    public override string TypeName => "function";

    public override Value Call(RenderState state, Arguments arguments) => function.Invoke(state, NoneValue.Instance, arguments);
}

/// <summary>A method together with the value it belongs to.</summary>
internal sealed class MethodValue(Builtin method, Value receiver) : CallableValue
{
    public override string TypeName => "builtin_function_or_method";

    public override int Depth { get; } = Extent.Empty.Include(receiver).Depth;

    public override Value Call(RenderState state, Arguments arguments) => method.Invoke(state, receiver, arguments);
}

/// <summary><c>cycler(...)</c>: hands its items out in turn.</summary>
internal sealed class CyclerValue(Value[] items) : Value
{
    private int _next;

    public override string TypeName => "Cycler";

    public override Value? Attribute(string name) => name switch
    {
        "current" => items[_next],
        "next" => new FunctionValue(new Builtin("next", "", _ => Advance())),
        "reset" => new FunctionValue(new Builtin("reset", "", _ => Reset())),
        _ => null,
    };

    public override void AppendRepr(StringBuilder output) => output.Append("<Cycler>");

    private Value Advance()
    {
        var item = items[_next];
        _next = (_next + 1) % items.Length;
        return item;
    }

    private NoneValue Reset()
    {
        _next = 0;
        return NoneValue.Instance;
    }
}

/// <summary><c>joiner(sep)</c>: nothing on its first call, the separator on every other.</summary>
internal sealed class JoinerValue(Value separator) : CallableValue
{
    private bool _used;

    public override string TypeName => "Joiner";

    public override int Depth { get; } = Extent.Empty.Include(separator).Depth;

    public override Value Call(RenderState state, Arguments arguments)
    {
        var result = _used ? separator : StringValue.Empty;
        _used = true;
        return result;
    }
}
