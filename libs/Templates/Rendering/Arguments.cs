using Platform.Templates.Values;

namespace Platform.Templates.Rendering;

/// <summary>What a call passes.</summary>
internal sealed record Arguments(Value[] Positional, KeyValuePair<string, Value>[] Named)
{
    public static readonly Arguments None = new([], []);

    public Arguments(params Value[] positional) : this(positional, []) { }
}
