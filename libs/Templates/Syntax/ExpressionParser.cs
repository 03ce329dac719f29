using Platform.Templates.Lexing;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

/// <summary>Reads expressions, each method one level of precedence, from the loosest to the tightest.</summary>
internal sealed class ExpressionParser
{
    private readonly TokenStream _tokens;
    private readonly OperandParser _operands;

    public ExpressionParser(TokenStream stream)
    {
        _tokens = stream;
        _operands = new OperandParser(stream, this);
    }

    public Filter[] ParseFilters() => _operands.ParseFilters();

    public Expression Parse(bool withCondition = true)
    {
        _tokens.Enter();
        var expression = withCondition ? ParseConditional() : ParseOr();
        _tokens.Leave();
        return expression;
    }

    /// <summary>An expression, or several with commas between them as a tuple.</summary>
    public Expression ParseTuple(bool withCondition = true, bool inBrackets = false, Func<bool>? isEnd = null)
    {
        var items = new List<Expression>();
        var isTuple = false;
        while (!IsTupleEnd(isEnd))
        {
            items.Add(Parse(withCondition));
            if (!_tokens.IsSymbol(","))
            {
                break;
            }

            _tokens.Next();
            isTuple = true;
        }

        if (!isTuple && items.Count == 1)
        {
            return items[0];
        }

        return items.Count > 0 || inBrackets ? new TupleLiteral([.. items]) : throw _tokens.Error($"Expected an expression, got {_tokens.Current}");
    }

    private bool IsTupleEnd(Func<bool>? isEnd) =>
        _tokens.Current.Kind is TokenKind.PrintEnd or TokenKind.BlockEnd || _tokens.IsSymbol(")") || (isEnd is not null && isEnd());

    private Expression ParseConditional()
    {
        var value = ParseOr();
        while (_tokens.SkipName("if"))
        {
            var condition = ParseOr();
            value = new Conditional(condition, value, _tokens.SkipName("else") ? Parse() : null);
        }

        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (_tokens.SkipName("or"))
        {
            left = new Logical(isAnd: false, left, ParseAnd());
        }

        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (_tokens.SkipName("and"))
        {
            left = new Logical(isAnd: true, left, ParseNot());
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!_tokens.SkipName("not"))
        {
            return ParseComparison();
        }

        _tokens.Enter();
        var operand = ParseNot();
        _tokens.Leave();
        return new Not(operand);
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<(ComparisonOperator, Expression)>();
        while (NextComparison() is { } op)
        {
            rest.Add((op, ParseSum()));
        }

        return rest.Count == 0 ? first : new ComparisonChain(first, [.. rest]);
    }

    private ComparisonOperator? NextComparison()
    {
        ComparisonOperator? op = _tokens.Current switch
        {
            { Kind: TokenKind.Symbol, Text: "==" } => ComparisonOperator.Equal,
            { Kind: TokenKind.Symbol, Text: "!=" } => ComparisonOperator.NotEqual,
            { Kind: TokenKind.Symbol, Text: "<" } => ComparisonOperator.Less,
            { Kind: TokenKind.Symbol, Text: "<=" } => ComparisonOperator.LessOrEqual,
            { Kind: TokenKind.Symbol, Text: ">" } => ComparisonOperator.Greater,
            { Kind: TokenKind.Symbol, Text: ">=" } => ComparisonOperator.GreaterOrEqual,
            { Kind: TokenKind.Name, Text: "in" } => ComparisonOperator.In,
            { Kind: TokenKind.Name, Text: "not" } when _tokens.NextIsName("in") => ComparisonOperator.NotIn,
            _ => null,
        };
        if (op is not null)
        {
            _tokens.Next();
        }

        if (op == ComparisonOperator.NotIn)
        {
            _tokens.Next();
        }

        return op;
    }

    private Expression ParseSum()
    {
        var left = ParseConcatenation();
        while (_tokens.IsSymbol("+") || _tokens.IsSymbol("-"))
        {
            var op = _tokens.Next().Text == "+" ? BinaryOperator.Add : BinaryOperator.Subtract;
            left = new Binary(op, left, ParseConcatenation());
        }

        return left;
    }

    private Expression ParseConcatenation()
    {
        var parts = new List<Expression> { ParseProduct() };
        while (_tokens.SkipSymbol("~"))
        {
            parts.Add(ParseProduct());
        }

        return parts.Count == 1 ? parts[0] : new Concatenation([.. parts]);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (true)
        {
            BinaryOperator? op = _tokens.Current is { Kind: TokenKind.Symbol } symbol
                ? symbol.Text switch
                {
                    "*" => BinaryOperator.Multiply,
                    "/" => BinaryOperator.Divide,
                    "//" => BinaryOperator.FloorDivide,
                    "%" => BinaryOperator.Modulo,
                    _ => null,
                }
                : null;
            if (op is null)
            {
                return left;
            }

            _tokens.Next();
            left = new Binary(op.Value, left, ParsePower());
        }
    }

    private Expression ParsePower()
    {
        var left = _operands.ParseUnary();
        while (_tokens.SkipSymbol("**"))
        {
            left = new Binary(BinaryOperator.Power, left, _operands.ParseUnary());
        }

        return left;
    }
}
