using System.Globalization;
using System.Text;
using Platform.Templates.Text;

namespace Platform.Templates.Values;

/// <summary>A number; Python counts booleans among the integers.</summary>
internal abstract class NumberValue : Value
{
    public abstract double AsDouble { get; }

    public override bool IsTruthy => AsDouble != 0;

    public override bool EqualTo(Value other) => other is NumberValue number && Comparison.CompareNumbers(this, number) == 0;
}

internal abstract class IntegralValue : NumberValue
{
    public abstract long Number { get; }

    public override double AsDouble => Number;

    public override int? Hash => Number.GetHashCode();
}

internal sealed class BooleanValue : IntegralValue
{
    public static readonly BooleanValue True = new(1);
    public static readonly BooleanValue False = new(0);

    private BooleanValue(long number) => Number = number;

    public override long Number { get; }

    public override string TypeName => "bool";

    public override bool IsTruthy => Number != 0;

    public static BooleanValue Of(bool value) => value ? True : False;

    public override string ToText() => IsTruthy ? "True" : "False";

    public override void AppendRepr(StringBuilder output) => output.Append(ToText());
}

internal sealed class IntegerValue : IntegralValue
{
    private static readonly IntegerValue[] Small = [.. Enumerable.Range(-8, 264).Select(number => new IntegerValue(number))];

    private IntegerValue(long number) => Number = number;

    public override long Number { get; }

    public override string TypeName => "int";

    public static IntegerValue Of(long number) => number is >= -8 and < 256 ? Small[number + 8] : new IntegerValue(number);

    public override string ToText() => Number.ToString(CultureInfo.InvariantCulture);

    public override void AppendRepr(StringBuilder output) => output.Append(CultureInfo.InvariantCulture, $"{Number}");
}

internal sealed class FloatValue(double number) : NumberValue
{
    public override double AsDouble => number;

    public override string TypeName => "float";

    public override int? Hash => number == Math.Floor(number) && Math.Abs(number) < 9e18 ? ((long)number).GetHashCode() : number.GetHashCode();

    public override string ToText() => FloatText.Repr(number);

    public override void AppendRepr(StringBuilder output) => output.Append(FloatText.Repr(number));
}
