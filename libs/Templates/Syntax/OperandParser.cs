using System.Globalization;
using System.Text;
using Platform.Templates.Lexing;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

/// <summary>Reads what stands between operators: literals, names and brackets, with the subscripts, calls, filters and tests behind them.</summary>
internal sealed class OperandParser(TokenStream tokens, ExpressionParser expressions)
{
    private readonly ArgumentParser _arguments = new(tokens, expressions);

    public Expression ParseUnary(bool withFilters = true)
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
                return new Literal(StringValue.Of(ParseAdjacentStrings(token.Text)));
            case TokenKind.Integer:
                return new Literal(IntegerValue.Of(ParseInteger(token)));
            case TokenKind.Float:
                return new Literal(new FloatValue(double.Parse(token.Text, CultureInfo.InvariantCulture)));
            case TokenKind.Symbol when token.Text == "(":
                var inner = expressions.ParseTuple(inBrackets: true);
                tokens.ExpectSymbol(")");
                return inner;
            case TokenKind.Symbol when token.Text == "[":
                return new ListLiteral([.. ParseItems("]", () => expressions.Parse())]);
            case TokenKind.Symbol when token.Text == "{":
                return new DictLiteral([.. ParseItems("}", ParseEntry)]);
            default:
                throw new TemplateException($"unexpected {token}", token.Line);
        }
    }

    private string ParseAdjacentStrings(string first)
    {
        if (tokens.Current.Kind != TokenKind.String)
        {
            return first;
        }

        var text = new StringBuilder(first);
        while (tokens.Current.Kind == TokenKind.String)
        {
            text.Append(tokens.Next().Text);
        }

        return text.ToString();
    }

    private (Expression Key, Expression Value) ParseEntry()
    {
        var key = expressions.Parse();
        tokens.ExpectSymbol(":");
        return (key, expressions.Parse());
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
                target = new Call(target, _arguments.Parse(), line);
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
        Expression? Bound() => tokens.IsSymbol(":") || tokens.IsSymbol("]") || tokens.IsSymbol(",") ? null : expressions.Parse();

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
                target = new Call(target, _arguments.Parse(), line);
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
        return new Filter(target, name, tokens.IsSymbol("(") ? _arguments.Parse() : CallArguments.None, line);
    }

    private Expression ParseTest(Expression target)
    {
        var isNegated = tokens.SkipName("not");
        var line = tokens.Line;
        var name = ParseDottedName();
        var arguments = CallArguments.None;
        if (tokens.IsSymbol("("))
        {
            arguments = _arguments.Parse();
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
        var parts = new List<string> { tokens.Expect(TokenKind.Name).Text };
        while (tokens.SkipSymbol("."))
        {
            parts.Add(tokens.Expect(TokenKind.Name).Text);
        }

        return string.Join('.', parts);
    }
}
