using Platform.Templates.Text;

namespace Platform.Templates.Values;

/// <summary>Python's equality and order.</summary>
internal static class Comparison
{
    /// <summary>Steps that comparing the two may cost: containers are compared to their innermost elements.</summary>
    public static int Cost(Value left, Value right) => Math.Min(left.Size, right.Size) >> 4;

    /// <summary>Steps that looking for the item may cost.</summary>
    public static int ContainsCost(Value container, Value item) => container is SequenceValue sequence
        ? container.Work + (int)(Math.Min((long)sequence.Items.Length * item.Size, container.Size) >> 6)
        : container.Work + (item.Size >> 6);

    public static bool AreEqual(Value left, Value right) => ReferenceEquals(left, right) || left.EqualTo(right);

    /// <summary>Less than zero, zero or more; null when one of the numbers is not a number.</summary>
    public static int? CompareNumbers(NumberValue left, NumberValue right)
    {
        if (left is IntegralValue a && right is IntegralValue b)
        {
            return a.Number.CompareTo(b.Number);
        }

        var (x, y) = (left.AsDouble, right.AsDouble);
        if (double.IsNaN(x) || double.IsNaN(y))
        {
            return null;
        }

        // A double cannot tell neighbouring large integers apart, so equal ones are compared as integers.
        return x == y && Math.Abs(x) < 9.2e18 && left is IntegralValue != right is IntegralValue
            ? Whole(left).CompareTo(Whole(right))
            : x.CompareTo(y);
    }

    /// <summary>Whether <paramref name="left"/> stands before <paramref name="right"/>.</summary>
    public static bool IsLess(Value left, Value right, string symbol = "<") => Compare(left, right, symbol) < 0;

    public static int? Compare(Value left, Value right, string symbol)
    {
        switch (left, right)
        {
            case (NumberValue a, NumberValue b):
                return CompareNumbers(a, b);
            case (StringValue a, StringValue b):
                return CodePoints.Compare(a.Text, b.Text);
            case (SequenceValue a, SequenceValue b) when a.GetType() == b.GetType():
                for (var i = 0; i < a.Items.Length && i < b.Items.Length; i++)
                {
                    if (!AreEqual(a.Items[i], b.Items[i]))
                    {
                        return Compare(a.Items[i], b.Items[i], symbol);
                    }
                }

                return a.Items.Length.CompareTo(b.Items.Length);
            case (UndefinedValue undefined, _):
                throw undefined.Error();
            case (_, UndefinedValue undefined):
                throw undefined.Error();
            default:
                throw new TemplateException($"'{symbol}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
        }
    }

    public static bool Contains(Value container, Value item)
    {
        switch (container)
        {
            case StringValue text:
                return item is StringValue part
                    ? text.Text.Contains(part.Text, StringComparison.Ordinal)
                    : throw new TemplateException($"'in <string>' requires string as left operand, not {item.TypeName}");
            case DictValue dict:
                return item.Hash is null ? throw new TemplateException($"unhashable type: '{item.TypeName}'") : dict.Find(item) is not null;
            default:
                foreach (var element in container.Elements ?? throw new TemplateException($"argument of type '{container.TypeName}' is not iterable"))
                {
                    if (AreEqual(element, item))
                    {
                        return true;
                    }
                }

                return false;
        }
    }

    private static long Whole(NumberValue number) => number is IntegralValue integral ? integral.Number : (long)number.AsDouble;
}
