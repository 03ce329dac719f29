using System.Text;

namespace Platform.Templates.Values;

/// <summary>
/// A value of the template language, with Python's manners. Everything but namespaces and running loops is immutable, so a value can
/// never contain itself; its size and depth are bounded when it is made, which bounds every walk over it.
/// </summary>
internal abstract class Value
{
    /// <summary>The name of Python's type for it.</summary>
    public abstract string TypeName { get; }

    public virtual bool IsTruthy => true;

    /// <summary>Python's <c>str()</c>.</summary>
    public virtual string ToText() => Repr();

    /// <summary>Python's <c>len()</c>; null where a value has none.</summary>
    public virtual int? Length => null;

    /// <summary>What iteration gives; null where a value cannot be iterated.</summary>
    public virtual IEnumerable<Value>? Elements => null;

    /// <summary>Characters and elements, counted as often as they would be printed.</summary>
    public virtual int Size => 1;

    public virtual int Depth => 0;

    /// <summary>Steps that an operation which reads or makes the value once costs beyond the first.</summary>
    public virtual int Work => 0;

    public abstract void AppendRepr(StringBuilder output);

    public string Repr()
    {
        var output = new StringBuilder();
        AppendRepr(output);
        return output.ToString();
    }

    /// <summary>Python's <c>getattr</c>; null where there is no such attribute.</summary>
    public virtual Value? Attribute(string name) => null;

    /// <summary>Python's <c>value[key]</c>; null where there is no such element.</summary>
    public virtual Value? Item(Value key) => null;

    public virtual bool EqualTo(Value other) => ReferenceEquals(this, other);

    /// <summary>Python's <c>hash()</c>; null where the value cannot be a key.</summary>
    public virtual int? Hash => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>How error messages call it.</summary>
    public virtual string Described => TypeName + " object";

    public IEnumerable<Value> Iterate() => Elements ?? throw new TemplateException($"'{TypeName}' object is not iterable");

    public int Count() => Length ?? throw new TemplateException($"object of type '{TypeName}' has no len()");

    public override string ToString() => Repr();

    public override bool Equals(object? obj) => obj is Value other && Comparison.AreEqual(this, other);

    public override int GetHashCode() => Hash ?? throw new TemplateException($"unhashable type: '{TypeName}'");
}
