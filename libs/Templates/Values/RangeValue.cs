using System.Globalization;
using System.Text;

namespace Platform.Templates.Values;

/// <summary>Python's <c>range</c>.</summary>
internal sealed class RangeValue(long start, long step, int length) : Value
{
    public override string TypeName => "range";

    public override bool IsTruthy => length > 0;

    public override int? Length => length;

    public override IEnumerable<Value> Elements
    {
        get
        {
            for (var i = 0; i < length; i++)
            {
                yield return At(i);
            }
        }
    }

    public static RangeValue Of(long start, long stop, long step)
    {
        if (step == 0)
        {
            throw new TemplateException("range() arg 3 must not be zero");
        }

        var span = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var stride = Int128.Abs(step);
        var count = span <= 0 ? 0 : (span + stride - 1) / stride;
        return count <= Limits.RangeLength
            ? new RangeValue(start, step, (int)count)
            : throw new TemplateException($"Range too big. The sandbox blocks ranges larger than {Limits.RangeLength}.");
    }

    public override Value? Item(Value key) => key switch
    {
        IntegralValue index when index.Number < length && index.Number >= -length => At(index.Number < 0 ? index.Number + length : index.Number),
        SliceValue slice => slice.Resolve(length) is var (first, stride, count) ? new RangeValue(start + (first * step), step * stride, count) : null,
        _ => null,
    };

    public override bool EqualTo(Value other) => other is RangeValue && Elements.SequenceEqual(other.Iterate());

    public override void AppendRepr(StringBuilder output) =>
        output.Append(CultureInfo.InvariantCulture, $"range({start}, {start + (length * step)}{(step == 1 ? "" : ", " + step)})");

    private IntegerValue At(long index) => IntegerValue.Of(start + (index * step));
}
