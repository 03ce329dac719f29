using Platform.Templates.Text;

namespace Platform.Templates.Values;

internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

/// <summary>Python's arithmetic, on everything it is defined for.</summary>
internal static class Operators
{
    private static readonly string[] Symbols = ["+", "-", "*", "/", "//", "%", "** or pow()"];

    public static Value Apply(BinaryOperator op, Value left, Value right) => (op, left, right) switch
    {
        (_, NumberValue a, NumberValue b) => a is IntegralValue x && b is IntegralValue y ? Integers(op, x.Number, y.Number) : Floats(op, a.AsDouble, b.AsDouble),
        (BinaryOperator.Add, StringValue a, StringValue b) => Join(a, b),
        (BinaryOperator.Add, SequenceValue a, SequenceValue b) when a.GetType() == b.GetType() => a.With([.. a.Items, .. b.Items]),
        (BinaryOperator.Modulo, StringValue format, _) => Format(format, right),
        (BinaryOperator.Multiply, StringValue or SequenceValue, IntegralValue times) => Repeat(left, times.Number),
        (BinaryOperator.Multiply, IntegralValue times, StringValue or SequenceValue) => Repeat(right, times.Number),
        (_, UndefinedValue undefined, _) => throw undefined.Error(),
        (_, _, UndefinedValue undefined) => throw undefined.Error(),
        (BinaryOperator.Add, StringValue, _) => throw new TemplateException($"can only concatenate str (not \"{right.TypeName}\") to str"),
        (BinaryOperator.Add, SequenceValue, _) => throw new TemplateException($"can only concatenate {left.TypeName} (not \"{right.TypeName}\") to {left.TypeName}"),
        _ => throw new TemplateException($"unsupported operand type(s) for {Symbols[(int)op]}: '{left.TypeName}' and '{right.TypeName}'"),
    };

    public static Value Negate(Value value) => value switch
    {
        IntegralValue integral => integral.Number == long.MinValue ? throw TooLarge() : IntegerValue.Of(-integral.Number),
        FloatValue number => new FloatValue(-number.AsDouble),
        UndefinedValue undefined => throw undefined.Error(),
        _ => throw new TemplateException($"bad operand type for unary -: '{value.TypeName}'"),
    };

    public static Value Plus(Value value) => value switch
    {
        IntegralValue integral => IntegerValue.Of(integral.Number),
        FloatValue => value,
        UndefinedValue undefined => throw undefined.Error(),
        _ => throw new TemplateException($"bad operand type for unary +: '{value.TypeName}'"),
    };

    private static StringValue Join(StringValue left, StringValue right)
    {
        if (left.IsMarkup == right.IsMarkup)
        {
            return left.With(left.Text + right.Text);
        }

        return left.IsMarkup
            ? StringValue.Markup(left.Text + Html.Escape(right.Text))
            : StringValue.Markup(Html.Escape(left.Text) + right.Text);
    }

    private static StringValue Format(StringValue format, Value arguments) =>
        format.With(PercentFormat.Apply(format.Text, arguments, format.IsMarkup ? Html.Escape : text => text));

    private static Value Repeat(Value value, long times)
    {
        times = Math.Max(0, times);
        if (times > 0 && value.Size > Limits.ValueSize / times)
        {
            throw new TemplateException($"The result of * is too large; at most {Limits.ValueSize} characters and elements are allowed.");
        }

        if (value is StringValue text)
        {
            return text.With(text.Text.Length == 0 ? "" : new System.Text.StringBuilder().Insert(0, text.Text, (int)times).ToString());
        }

        var sequence = (SequenceValue)value;
        var items = new Value[sequence.Items.Length * (int)times];
        for (var at = 0; at < items.Length; at += sequence.Items.Length)
        {
            sequence.Items.CopyTo(items, at);
        }

        return sequence.With(items);
    }

    private static Value Integers(BinaryOperator op, long left, long right)
    {
        switch (op)
        {
            case BinaryOperator.Divide:
                return right == 0 ? throw DivisionByZero("division") : new FloatValue((double)left / right);
            case BinaryOperator.Power:
                return Power(left, right);
            case BinaryOperator.FloorDivide or BinaryOperator.Modulo when right == 0:
                throw DivisionByZero("integer division or modulo");
            case BinaryOperator.FloorDivide or BinaryOperator.Modulo when right == -1:
                return op == BinaryOperator.Modulo ? IntegerValue.Of(0) : Negate(IntegerValue.Of(left));
        }

        try
        {
            return IntegerValue.Of(op switch
            {
                BinaryOperator.Add => checked(left + right),
                BinaryOperator.Subtract => checked(left - right),
                BinaryOperator.Multiply => checked(left * right),
                BinaryOperator.FloorDivide => (left / right) - (left % right != 0 && (left < 0) != (right < 0) ? 1 : 0),
                _ => left % right is var rest && rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest,
            });
        }
        catch (OverflowException)
        {
            throw TooLarge();
        }
    }

    private static FloatValue Floats(BinaryOperator op, double left, double right)
    {
        if (right == 0 && op is BinaryOperator.Divide or BinaryOperator.FloorDivide or BinaryOperator.Modulo)
        {
            throw DivisionByZero(op == BinaryOperator.Divide ? "float division" : op == BinaryOperator.Modulo ? "float modulo" : "float floor division");
        }

        return new FloatValue(op switch
        {
            BinaryOperator.Add => left + right,
            BinaryOperator.Subtract => left - right,
            BinaryOperator.Multiply => left * right,
            BinaryOperator.Divide => left / right,
            BinaryOperator.Modulo => Modulo(left, right),
            BinaryOperator.FloorDivide => FloorDivide(left, right),
            _ => Power(left, right),
        });
    }

    private static double Modulo(double left, double right)
    {
        var rest = left % right;
        return rest == 0 ? Math.CopySign(0, right) : (rest < 0) != (right < 0) ? rest + right : rest;
    }

    private static double FloorDivide(double left, double right)
    {
        var quotient = (left - Modulo(left, right)) / right;
        var floor = Math.Floor(quotient);
        return quotient == 0 ? Math.CopySign(0, left / right) : quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static Value Power(long left, long right)
    {
        if (right < 0)
        {
            return new FloatValue(Power((double)left, right));
        }

        try
        {
            var (result, factor) = (1L, left);
            for (var exponent = right; exponent > 0; exponent >>= 1)
            {
                if ((exponent & 1) == 1)
                {
                    result = checked(result * factor);
                }

                if (exponent > 1)
                {
                    factor = checked(factor * factor);
                }
            }

            return IntegerValue.Of(result);
        }
        catch (OverflowException)
        {
            throw TooLarge();
        }
    }

    private static double Power(double left, double right)
    {
        if (left == 0 && right < 0)
        {
            throw new TemplateException("0.0 cannot be raised to a negative power");
        }

        var result = Math.Pow(left, right);
        return double.IsFinite(left) && double.IsFinite(right) && !double.IsFinite(result)
            ? throw new TemplateException("the result of ** is not a finite real number")
            : result;
    }

    private static TemplateException DivisionByZero(string what) => new($"{what} by zero");

    private static TemplateException TooLarge() => new("an integer is beyond 64 bits");
}
