using System.Text;
using Platform.Templates.Builtins;

namespace Platform.Templates.Values;

/// <summary>A list or tuple.</summary>
internal abstract class SequenceValue : Value
{
    protected SequenceValue(Value[] items)
    {
        Items = items;
        var extent = Extent.Empty;
        foreach (var item in items)
        {
            extent = extent.Include(item);
        }

        (Size, Depth) = extent;
    }

    public Value[] Items { get; }

    public override bool IsTruthy => Items.Length > 0;

    public override int? Length => Items.Length;

    public override IEnumerable<Value> Elements => Items;

    public override int Size { get; }

    public override int Depth { get; }

    public override int Work => Items.Length >> 4;

    public abstract SequenceValue With(Value[] items);

    public override Value? Item(Value key) => key switch
    {
        IntegralValue index when index.Number < Items.Length && index.Number >= -Items.Length => Items[index.Number < 0 ? index.Number + Items.Length : index.Number],
        SliceValue slice => With(slice.Pick(Items)),
        _ => null,
    };

    public override bool EqualTo(Value other)
    {
        if (other is not SequenceValue sequence || sequence.GetType() != GetType() || sequence.Items.Length != Items.Length)
        {
            return false;
        }

        for (var i = 0; i < Items.Length; i++)
        {
            if (!Comparison.AreEqual(Items[i], sequence.Items[i]))
            {
                return false;
            }
        }

        return true;
    }

    protected void AppendItems(StringBuilder output)
    {
        for (var i = 0; i < Items.Length; i++)
        {
            if (i > 0)
            {
                output.Append(", ");
            }

            Items[i].AppendRepr(output);
        }
    }
}

internal sealed class ListValue(params Value[] items) : SequenceValue(items)
{
    public override string TypeName => "list";

    public override int? Hash => null;

    public static ListValue From(IEnumerable<Value> items) => new([.. items]);

    public override SequenceValue With(Value[] items) => new ListValue(items);

    public override Value? Attribute(string name) => Methods.Bind(SequenceMethods.Lists, this, name);

    public override void AppendRepr(StringBuilder output)
    {
        output.Append('[');
        AppendItems(output);
        output.Append(']');
    }
}

/// <summary>A tuple; its elements may have names, as those of <c>groupby</c> do.</summary>
internal sealed class TupleValue(Value[] items, string[]? names = null) : SequenceValue(items)
{
    public static readonly TupleValue Empty = new([]);

    public override string TypeName => "tuple";

    public override int? Hash
    {
        get
        {
            var hash = new HashCode();
            foreach (var item in Items)
            {
                hash.Add(item.GetHashCode());
            }

            return hash.ToHashCode();
        }
    }

    public override SequenceValue With(Value[] items) => new TupleValue(items);

    public override Value? Attribute(string name) =>
        names is not null && Array.IndexOf(names, name) is >= 0 and var index ? Items[index] : Methods.Bind(SequenceMethods.Tuples, this, name);

    public override void AppendRepr(StringBuilder output)
    {
        output.Append('(');
        AppendItems(output);
        output.Append(Items.Length == 1 ? ",)" : ")");
    }
}

/// <summary>Size and depth of a container while it is filled; throws when it gets too large.</summary>
internal readonly record struct Extent(int Size, int Depth)
{
    public static readonly Extent Empty = new(1, 1);

    public Extent Include(Value value)
    {
        var extent = new Extent(Size + value.Size, Math.Max(Depth, value.Depth + 1));
        if (extent.Size > Limits.ValueSize)
        {
            throw new TemplateException($"A value is too large; at most {Limits.ValueSize} characters and elements are allowed.");
        }

        if (extent.Depth > Limits.ValueDepth)
        {
            throw new TemplateException($"A value is nested too deeply; at most {Limits.ValueDepth} levels are allowed.");
        }

        return extent;
    }
}
