using System.Text;

namespace Platform.Templates.Values;

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> of a dict give: it can be iterated and counted, not indexed.</summary>
internal sealed class ViewValue(string typeName, DictValue dict, Func<KeyValuePair<Value, Value>, Value> pick) : Value
{
    public override string TypeName => typeName;

    public override bool IsTruthy => dict.IsTruthy;

    public override int? Length => dict.Length;

    public override IEnumerable<Value> Elements => dict.Entries.Select(pick);

    public override int Size => dict.Size;

    public override int Depth => dict.Depth;

    public override void AppendRepr(StringBuilder output)
    {
        output.Append(typeName).Append('(');
        new ListValue([.. Elements]).AppendRepr(output);
        output.Append(')');
    }
}

/// <summary>A lazy sequence that can be gone through once.</summary>
internal sealed class GeneratorValue : Value
{
    private readonly IEnumerator<Value> _source;

    /// <param name="origin">What the sequence is drawn from: chains of generators are as deep as values may be.</param>
    public GeneratorValue(Value origin, IEnumerable<Value> source)
    {
        _source = source.GetEnumerator();
        Depth = Extent.Empty.Include(origin).Depth;
    }

    public override string TypeName => "generator";

    public override int Depth { get; }

    public override IEnumerable<Value> Elements
    {
        get
        {
            while (_source.MoveNext())
            {
                yield return _source.Current;
            }
        }
    }

    public override void AppendRepr(StringBuilder output) => output.Append("<generator object>");
}
