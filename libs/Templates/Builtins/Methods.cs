using System.Collections.Frozen;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>Looks methods up as Python looks up attributes.</summary>
internal static class Methods
{
    public static Value? Bind(FrozenDictionary<string, Builtin> methods, Value receiver, string name) =>
        methods.TryGetValue(name, out var method)
            ? method.IsUnsafe ? UndefinedValue.Unsafe(receiver, name) : new MethodValue(method, receiver)
            : null;
}
