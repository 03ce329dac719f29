using System.Text;

namespace Platform.Templates.Values;

/// <summary>The one value a template can change: how a loop hands something out.</summary>
internal sealed class NamespaceValue(IEnumerable<KeyValuePair<string, Value>> attributes) : Value
{
    private readonly Dictionary<string, Value> _attributes = new(attributes, StringComparer.Ordinal);

    public override string TypeName => "Namespace";

    // Not its attributes: it could hold itself.
    public override void AppendRepr(StringBuilder output) => output.Append("<Namespace>");

    public override Value? Attribute(string name) => _attributes.GetValueOrDefault(name);

    public void Set(string name, Value value) => _attributes[name] = value;
}
