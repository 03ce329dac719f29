using System.Text;

namespace Platform.Templates.Values;

internal sealed class NoneValue : Value
{
    public static readonly NoneValue Instance = new();

    private NoneValue() { }

    public override string TypeName => "NoneType";

    public override bool IsTruthy => false;

    public override string Described => "None";

    public override string ToText() => "None";

    public override void AppendRepr(StringBuilder output) => output.Append("None");
}
