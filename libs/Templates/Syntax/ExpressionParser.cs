using System.Globalization;
using Platform.Templates.Lexing;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

/// <summary>Reads expressions, each method one level of precedence, from the loosest to the tightest.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    public Expression Parse(bool withCondition = true)
    {
        tokens.Enter();
        var expression = withCondition ? ParseConditional() : ParseOr();
        tokens.Leave();
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
            if (!tokens.IsSymbol(","))
            {
                break;
            }

            tokens.Next();
            isTuple = true;
        }

        if (!isTuple && items.Count == 1)
        {
            return items[0];
        }

        return items.Count > 0 || inBrackets ? new TupleLiteral([.. items]) : throw tokens.Error($"Expected an expression, got {tokens.Current}");
    }

    /// <summary>The arguments behind an opening bracket that is the current token.</summary>
    public CallArguments ParseArguments()
    {
        tokens.ExpectSymbol("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? rest = null, namedRest = null;
        while (!tokens.SkipSymbol(")"))
        {
            if (positional.Count + named.Count > 0 || rest is not null || namedRest is not null)
            {
                tokens.ExpectSymbol(",");
                if (tokens.SkipSymbol(")"))
                {
                    break;
                }
            }

            if (tokens.SkipSymbol("*"))
            {
                rest = rest is null && namedRest is null ? Parse() : throw tokens.Error("invalid syntax for function call expression");
            }
            else if (tokens.SkipSymbol("**"))
            {
                namedRest = namedRest is null ? Parse() : throw tokens.Error("invalid syntax for function call expression");
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.NextIsSymbol("="))
            {
                var name = tokens.Next().Text;
                tokens.Next();
                named.Add(namedRest is null && named.TrueForAll(argument => argument.Item1 != name)
                    ? (name, Parse())
                    : throw tokens.Error($"invalid keyword argument '{name}'"));
            }
            else
            {
                positional.Add(named.Count == 0 && rest is null && namedRest is null
                    ? Parse()
                    : throw tokens.Error("invalid syntax for function call expression"));
            }
        }

        return positional.Count + named.Count == 0 && rest is null && namedRest is null
            ? CallArguments.None
            : new CallArguments([.. positional], [.. named], rest, namedRest);
    }

    /// <summary>Filters from the current name on, as in <c>{% filter upper | trim %}</c>.</summary>
    public Filter[] ParseFilters()
    {
        var filters = new List<Filter> { ParseFilter(null) };
        while (tokens.SkipSymbol("|"))
        {
            filters.Add(ParseFilter(null));
        }

        return [.. filters];
    }

    private bool IsTupleEnd(Func<bool>? isEnd) =>
        tokens.Current.Kind is TokenKind.PrintEnd or TokenKind.BlockEnd || tokens.IsSymbol(")") || (isEnd is not null && isEnd());

    private Expression ParseConditional()
    {
        var value = ParseOr();
        while (tokens.SkipName("if"))
        {
            var condition = ParseOr();
            value = new Conditional(condition, value, tokens.SkipName("else") ? Parse() : null);
        }

        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.SkipName("or"))
        {
            left = new Logical(isAnd: false, left, ParseAnd());
        }

        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.SkipName("and"))
        {
            left = new Logical(isAnd: true, left, ParseNot());
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!tokens.SkipName("not"))
        {
            return ParseComparison();
        }

        tokens.Enter();
        var operand = ParseNot();
        tokens.Leave();
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
        ComparisonOperator? op = tokens.Current switch
        {
            { Kind: TokenKind.Symbol, Text: "==" } => ComparisonOperator.Equal,
            { Kind: TokenKind.Symbol, Text: "!=" } => ComparisonOperator.NotEqual,
            { Kind: TokenKind.Symbol, Text: "<" } => ComparisonOperator.Less,
            { Kind: TokenKind.Symbol, Text: "<=" } => ComparisonOperator.LessOrEqual,
            { Kind: TokenKind.Symbol, Text: ">" } => ComparisonOperator.Greater,
            { Kind: TokenKind.Symbol, Text: ">=" } => ComparisonOperator.GreaterOrEqual,
            { Kind: TokenKind.Name, Text: "in" } => ComparisonOperator.In,
            { Kind: TokenKind.Name, Text: "not" } when tokens.NextIsName("in") => ComparisonOperator.NotIn,
            _ => null,
        };
        if (op is not null)
        {
            tokens.Next();
        }

        if (op == ComparisonOperator.NotIn)
        {
            tokens.Next();
        }

        return op;
    }

    private Expression ParseSum()
    {
        var left = ParseConcatenation();
        while (tokens.IsSymbol("+") || tokens.IsSymbol("-"))
        {
            var op = tokens.Next().Text == "+" ? BinaryOperator.Add : BinaryOperator.Subtract;
            left = new Binary(op, left, ParseConcatenation());
        }

        return left;
    }

    private Expression ParseConcatenation()
    {
        var parts = new List<Expression> { ParseProduct() };
        while (tokens.SkipSymbol("~"))
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
            BinaryOperator? op = tokens.Current is { Kind: TokenKind.Symbol } symbol
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

            tokens.Next();
            left = new Binary(op.Value, left, ParsePower());
        }
    }

    private Expression ParsePower()
    {
        var left = ParseUnary();
        while (tokens.SkipSymbol("**"))
        {
            left = new Binary(BinaryOperator.Power, left, ParseUnary());
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters = true)
    {
        Expression operand;
        if (tokens.IsSymbol("-") || tokens.IsSymbol("+"))
        {
            var isNegative = tokens.Next().Text == "-";
            tokens.Enter();
            operand = new Signed(isNegative, ParseUnary(withFilters: false));
            tokens.Leave();
        }
        else
        {
            operand = ParsePrimary();
        }

        operand = ParsePostfix(operand);
        return withFilters ? ParseFiltersAndTests(operand) : operand;
    }

    private Expression ParsePrimary()
    {
        var token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(BooleanValue.True),
                    "false" or "False" => new Literal(BooleanValue.False),
                    "none" or "None" => new Literal(NoneValue.Instance),
                    _ => new Name(tokens.Symbol(token.Text), token.Text),
                };
            case TokenKind.String:
                var text = token.Text;
                while (tokens.Current.Kind == TokenKind.String)
                {
                    text += tokens.Next().Text;
                }

                return new Literal(StringValue.Of(text));
            case TokenKind.Integer:
                return new Literal(IntegerValue.Of(ParseInteger(token)));
            case TokenKind.Float:
                return new Literal(new FloatValue(double.Parse(token.Text, CultureInfo.InvariantCulture)));
            case TokenKind.Symbol when token.Text == "(":
                var inner = ParseTuple(inBrackets: true);
                tokens.ExpectSymbol(")");
                return inner;
            case TokenKind.Symbol when token.Text == "[":
                return new ListLiteral([.. ParseItems("]", () => Parse())]);
            case TokenKind.Symbol when token.Text == "{":
                return new DictLiteral([.. ParseItems("}", ParseEntry)]);
            default:
                throw new TemplateException($"unexpected {token}", token.Line);
        }
    }

    private (Expression Key, Expression Value) ParseEntry()
    {
        var key = Parse();
        tokens.ExpectSymbol(":");
        return (key, Parse());
    }

    private List<T> ParseItems<T>(string close, Func<T> parse)
    {
        var items = new List<T>();
        while (!tokens.SkipSymbol(close))
        {
            if (items.Count > 0)
            {
                tokens.ExpectSymbol(",");
                if (tokens.SkipSymbol(close))
                {
                    break;
                }
            }

            items.Add(parse());
        }

        return items;
    }

    private static long ParseInteger(Token token)
    {
        try
        {
            return token.Text.Length > 1 && token.Text[1] is 'x' or 'X' ? Convert.ToInt64(token.Text[2..], 16)
                : token.Text.Length > 1 && token.Text[1] is 'o' or 'O' ? Convert.ToInt64(token.Text[2..], 8)
                : token.Text.Length > 1 && token.Text[1] is 'b' or 'B' ? Convert.ToInt64(token.Text[2..], 2)
                : long.Parse(token.Text, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is OverflowException or FormatException or ArgumentException)
        {
            throw new TemplateException($"{token.Text} is not an integer of 64 bits", token.Line, e);
        }
    }

    private Expression ParsePostfix(Expression target)
    {
        while (true)
        {
            if (tokens.SkipSymbol("."))
            {
                var token = tokens.Next();
                target = token.Kind switch
                {
                    TokenKind.Name => new AttributeAccess(target, token.Text),
                    TokenKind.Integer => new ItemAccess(target, new Literal(IntegerValue.Of(ParseInteger(token)))),
                    _ => throw new TemplateException($"expected name or number, got {token}", token.Line),
                };
            }
            else if (tokens.SkipSymbol("["))
            {
                target = new ItemAccess(target, ParseSubscript());
            }
            else if (tokens.IsSymbol("("))
            {
                var line = tokens.Line;
                target = new Call(target, ParseArguments(), line);
            }
            else
            {
                return target;
            }
        }
    }

    private Expression ParseSubscript()
    {
        var items = ParseItems("]", ParseSubscriptItem);
        return items.Count switch
        {
            0 => throw tokens.Error("expected a subscript"),
            1 => items[0],
            _ => new TupleLiteral([.. items]),
        };
    }

    private Expression ParseSubscriptItem()
    {
        Expression? Bound() => tokens.IsSymbol(":") || tokens.IsSymbol("]") || tokens.IsSymbol(",") ? null : Parse();

        var start = Bound();
        if (!tokens.SkipSymbol(":"))
        {
            return start ?? throw tokens.Error($"unexpected {tokens.Current}");
        }

        var stop = Bound();
        return new Slice(start, stop, tokens.SkipSymbol(":") ? Bound() : null);
    }

    private Expression ParseFiltersAndTests(Expression target)
    {
        while (true)
        {
            if (tokens.SkipSymbol("|"))
            {
                target = ParseFilter(target);
            }
            else if (tokens.SkipName("is"))
            {
                target = ParseTest(target);
            }
            else if (tokens.IsSymbol("("))
            {
                var line = tokens.Line;
                target = new Call(target, ParseArguments(), line);
            }
            else
            {
                return target;
            }
        }
    }

    private Filter ParseFilter(Expression? target)
    {
        var line = tokens.Line;
        var name = ParseDottedName();
        return new Filter(target, name, tokens.IsSymbol("(") ? ParseArguments() : CallArguments.None, line);
    }

    private Expression ParseTest(Expression target)
    {
        var isNegated = tokens.SkipName("not");
        var line = tokens.Line;
        var name = ParseDottedName();
        var arguments = CallArguments.None;
        if (tokens.IsSymbol("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument())
        {
            if (tokens.IsName("is"))
            {
                throw tokens.Error("You cannot chain multiple tests with is");
            }

            tokens.Enter();
            arguments = CallArguments.None with { Positional = [ParsePostfix(ParsePrimary())] };
            tokens.Leave();
        }

        var test = new Test(target, name, arguments, line);
        return isNegated ? new Not(test) : test;
    }

    private bool StartsTestArgument() => tokens.Current.Kind switch
    {
        TokenKind.Name => tokens.Current.Text is not ("else" or "or" or "and"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Symbol => tokens.Current.Text is "[" or "{",
        _ => false,
    };

    private string ParseDottedName()
    {
        var name = tokens.Expect(TokenKind.Name).Text;
        while (tokens.SkipSymbol("."))
        {
            name += "." + tokens.Expect(TokenKind.Name).Text;
        }

        return name;
    }
}
