using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

internal sealed class Binary(BinaryOperator op, Expression left, Expression right) : Expression(left, right)
{
    public override Value Evaluate(RenderState state)
    {
        var result = Operators.Apply(op, left.Evaluate(state), right.Evaluate(state));
        state.Spend(1 + result.Work);
        return result;
    }
}

internal sealed class Signed(bool isNegative, Expression operand) : Expression(operand)
{
    public override Value Evaluate(RenderState state) => isNegative ? Operators.Negate(operand.Evaluate(state)) : Operators.Plus(operand.Evaluate(state));
}

internal sealed class Not(Expression operand) : Expression(operand)
{
    public override Value Evaluate(RenderState state) => BooleanValue.Of(!operand.Evaluate(state).IsTruthy);
}

/// <summary><c>and</c> and <c>or</c>: the operand that decided, as it is.</summary>
internal sealed class Logical(bool isAnd, Expression left, Expression right) : Expression(left, right)
{
    public override Value Evaluate(RenderState state)
    {
        state.Spend(1);
        var value = left.Evaluate(state);
        return value.IsTruthy == isAnd ? right.Evaluate(state) : value;
    }
}

/// <summary><c>a ~ b ~ c</c></summary>
internal sealed class Concatenation(Expression[] parts) : Expression(parts)
{
    public override Value Evaluate(RenderState state)
    {
        var texts = new string[parts.Length];
        var length = 0L;
        for (var i = 0; i < parts.Length; i++)
        {
            texts[i] = state.ToText(parts[i].Evaluate(state));
            length += texts[i].Length;
        }

        StringValue.CheckLength(length);
        return StringValue.Of(string.Concat(texts));
    }
}

/// <summary><c>value if condition else otherwise</c></summary>
internal sealed class Conditional(Expression condition, Expression value, Expression? otherwise) : Expression(condition, value, otherwise)
{
    public override Value Evaluate(RenderState state)
    {
        state.Spend(1);
        return condition.Evaluate(state).IsTruthy
            ? value.Evaluate(state)
            : otherwise?.Evaluate(state) ?? new UndefinedValue("the inline if-expression evaluated to false and no else section was defined.");
    }
}

internal enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// <summary>A chain such as <c>a &lt; b &lt;= c</c>, each operand evaluated once at most.</summary>
internal sealed class ComparisonChain(Expression first, (ComparisonOperator Operator, Expression Operand)[] rest) : Expression([first, .. rest.Select(link => link.Operand)])
{
    public override Value Evaluate(RenderState state)
    {
        var left = first.Evaluate(state);
        foreach (var (op, operand) in rest)
        {
            var right = operand.Evaluate(state);
            state.Spend(1 + Cost(op, left, right));
            if (!Holds(op, left, right))
            {
                return BooleanValue.False;
            }

            left = right;
        }

        return BooleanValue.True;
    }

    private static int Cost(ComparisonOperator op, Value left, Value right) =>
        op is ComparisonOperator.In or ComparisonOperator.NotIn ? Comparison.ContainsCost(right, left) : Comparison.Cost(left, right);

    private static bool Holds(ComparisonOperator op, Value left, Value right) => op switch
    {
        ComparisonOperator.Equal => Comparison.AreEqual(left, right),
        ComparisonOperator.NotEqual => !Comparison.AreEqual(left, right),
        ComparisonOperator.Less => Comparison.Compare(left, right, "<") < 0,
        ComparisonOperator.LessOrEqual => Comparison.Compare(left, right, "<=") <= 0,
        ComparisonOperator.Greater => Comparison.Compare(left, right, ">") > 0,
        ComparisonOperator.GreaterOrEqual => Comparison.Compare(left, right, ">=") >= 0,
        ComparisonOperator.In => Comparison.Contains(right, left),
        _ => !Comparison.Contains(right, left),
    };
}
