using System.Collections.Frozen;
using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>A filter, test, method or global function: its name, its parameters behind the value it is applied to, and what it does.</summary>
internal sealed class Builtin(string name, string parameters, Func<Invocation, Value> body)
{
    private readonly Signature _signature = new(name, parameters);

    public string Name => name;

    /// <summary>Whether it would change its receiver: a template may not even look at it.</summary>
    public bool IsUnsafe { get; private init; }

    public static Builtin Unsafe(string name) => new(name, "", static _ => NoneValue.Instance) { IsUnsafe = true };

    public static FrozenDictionary<string, Builtin> Table(params IEnumerable<Builtin> builtins) => builtins.ToFrozenDictionary(builtin => builtin.Name);

    public Value Invoke(RenderState state, Value self, Arguments arguments)
    {
        var slots = _signature.Bind(self, arguments);
        var work = 1;
        foreach (var slot in slots)
        {
            work += slot?.Work ?? 0;
        }

        state.Spend(work);
        var result = body(new Invocation(state, slots));
        state.Spend(result.Work);
        return result;
    }
}
