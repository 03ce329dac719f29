using System.Text;

namespace Platform.Templates.Values;

/// <summary>The <c>start:stop:step</c> of a subscript.</summary>
internal sealed class SliceValue(Value start, Value stop, Value step) : Value
{
    public override string TypeName => "slice";

    public override int? Hash => null;

    public override void AppendRepr(StringBuilder output) => output.Append("slice(").Append(start).Append(", ").Append(stop).Append(", ").Append(step).Append(')');

    /// <summary>First index, stride and number of the elements taken from a sequence of the given length.</summary>
    public (int First, long Stride, int Count) Resolve(int length)
    {
        var stride = Bound(step) ?? 1;
        if (stride == 0)
        {
            throw new TemplateException("slice step cannot be zero");
        }

        var (low, high) = stride > 0 ? (0, length) : (-1, length - 1);
        var first = Clamp(Bound(start) ?? (stride > 0 ? low : length), length, low, high);
        var end = Bound(stop) is { } bound ? Clamp(bound, length, low, high) : stride > 0 ? high : low;
        var span = stride > 0 ? end - first : first - end;
        var magnitude = stride == long.MinValue ? long.MaxValue : Math.Abs(stride);
        return (first, stride, span <= 0 ? 0 : (int)(((span - 1) / magnitude) + 1));
    }

    public T[] Pick<T>(ReadOnlySpan<T> items)
    {
        var (first, stride, count) = Resolve(items.Length);
        if (stride == 1)
        {
            return items.Slice(count == 0 ? 0 : first, count).ToArray();
        }

        var picked = new T[count];
        for (var i = 0; i < count; i++)
        {
            picked[i] = items[(int)(first + (i * stride))];
        }

        return picked;
    }

    private static int Clamp(long index, int length, int low, int high) => (int)Math.Clamp(index < 0 ? index + length : index, low, high);

    private static long? Bound(Value bound) => bound switch
    {
        NoneValue => null,
        IntegralValue integral => integral.Number,
        UndefinedValue undefined => throw undefined.Error(),
        _ => throw new TemplateException("slice indices must be integers or None or have an __index__ method"),
    };
}
