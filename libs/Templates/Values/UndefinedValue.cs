using System.Text;

namespace Platform.Templates.Values;

/// <summary>What a missing name or element gives: empty where it is printed or looped over, an error where more is asked of it.</summary>
internal sealed class UndefinedValue(string message) : Value
{
    public override string TypeName => "Undefined";

    public override bool IsTruthy => false;

    public override int? Length => 0;

    public override IEnumerable<Value> Elements => [];

    public override int? Hash => 0;

    public static UndefinedValue Name(string name) => new($"'{name}' is undefined");

    public static UndefinedValue Missing(Value target, string attribute) => new($"'{target.Described}' has no attribute '{attribute}'");

    public static UndefinedValue Missing(Value target, Value key) =>
        key is StringValue text ? Missing(target, text.Text) : new($"{target.Described} has no element {key.Repr()}");

    public static UndefinedValue Unsafe(Value target, string attribute) => new($"access to attribute '{attribute}' of '{target.TypeName}' object is unsafe.");

    public TemplateException Error() => new(message);

    public override string ToText() => "";

    public override void AppendRepr(StringBuilder output) => output.Append("Undefined");

    public override Value Attribute(string name) => throw Error();

    public override Value Item(Value key) => throw Error();

    public override bool EqualTo(Value other) => other is UndefinedValue;
}
