using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>One call of a builtin: slot 0 is the value it is applied to, the others are its arguments in the order of its signature.</summary>
internal readonly struct Invocation(RenderState state, Value?[] slots)
{
    public RenderState State => state;

    public Value Self => slots[0]!;

    /// <summary>The receiver of a string method.</summary>
    public StringValue SelfText => (StringValue)slots[0]!;

    public Value this[int slot] => slots[slot] ?? NoneValue.Instance;

    /// <summary>The argument, or null where it was left out or is none.</summary>
    public Value? Given(int slot) => slots[slot] is null or NoneValue ? null : slots[slot];

    public bool Has(int slot) => slots[slot] is not null;

    public string Text(int slot) => this[slot] switch
    {
        StringValue text => text.Text,
        UndefinedValue undefined => throw undefined.Error(),
        var other => throw new TemplateException($"expected a str argument, got '{other.TypeName}'"),
    };

    public string? TextOrNull(int slot) => Given(slot) is null ? null : Text(slot);

    public long Integer(int slot) => this[slot] switch
    {
        IntegralValue integral => integral.Number,
        UndefinedValue undefined => throw undefined.Error(),
        var other => throw new TemplateException($"'{other.TypeName}' object cannot be interpreted as an integer"),
    };

    public long Integer(int slot, long otherwise) => Has(slot) ? Integer(slot) : otherwise;

    /// <summary>A width or count: what lies beyond any sensible one is as good as the bound.</summary>
    public int Count(int slot, int otherwise) => (int)Math.Clamp(Integer(slot, otherwise), -int.MaxValue, int.MaxValue);

    public bool Flag(int slot, bool otherwise = false) => slots[slot]?.IsTruthy ?? otherwise;
}
