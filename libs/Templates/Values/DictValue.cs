using System.Text;
using Platform.Templates.Builtins;

namespace Platform.Templates.Values;

/// <summary>A mapping that keeps the order of its keys.</summary>
internal sealed class DictValue : Value
{
    public static readonly DictValue Empty = new([]);

    private readonly OrderedDictionary<Value, Value> _entries;

    /// <summary>Takes the entries over: the caller keeps no reference to them.</summary>
    public DictValue(OrderedDictionary<Value, Value> entries)
    {
        _entries = entries;
        var extent = Extent.Empty;
        foreach (var (key, value) in entries)
        {
            extent = extent.Include(key).Include(value);
        }

        (Size, Depth) = extent;
    }

    public override string TypeName => "dict";

    public override bool IsTruthy => _entries.Count > 0;

    public override int? Length => _entries.Count;

    public override IEnumerable<Value> Elements => _entries.Keys;

    public override int Size { get; }

    public override int Depth { get; }

    public override int Work => _entries.Count >> 4;

    public override int? Hash => null;

    public IReadOnlyCollection<KeyValuePair<Value, Value>> Entries => _entries;

    public static DictValue From(IEnumerable<KeyValuePair<string, Value>> entries)
    {
        var result = new OrderedDictionary<Value, Value>();
        foreach (var (key, value) in entries)
        {
            result[StringValue.Of(key)] = value;
        }

        return new DictValue(result);
    }

    public Value? Find(Value key) => _entries.TryGetValue(key, out var value) ? value : null;

    public OrderedDictionary<Value, Value> Copy() => new(_entries);

    public override Value? Item(Value key) => key.Hash is null ? null : Find(key);

    public override Value? Attribute(string name) => Methods.Bind(DictMethods.Table, this, name);

    public override bool EqualTo(Value other)
    {
        if (other is not DictValue dict || dict._entries.Count != _entries.Count)
        {
            return false;
        }

        foreach (var (key, value) in _entries)
        {
            if (dict.Find(key) is not { } found || !Comparison.AreEqual(value, found))
            {
                return false;
            }
        }

        return true;
    }

    public override void AppendRepr(StringBuilder output)
    {
        output.Append('{');
        var separator = "";
        foreach (var (key, value) in _entries)
        {
            output.Append(separator);
            key.AppendRepr(output);
            output.Append(": ");
            value.AppendRepr(output);
            separator = ", ";
        }

        output.Append('}');
    }
}
