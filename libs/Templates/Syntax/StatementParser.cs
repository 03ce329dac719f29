using Platform.Templates.Lexing;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

/// <summary>Reads a whole template.</summary>
internal sealed class StatementParser(TokenStream tokens)
{
    private static readonly string[] NoEnd = [];

    private readonly ExpressionParser _expressions = new(tokens);
    private readonly MacroParser _macros = new(tokens);
    private int _loops;

    public Block ParseTemplate() => ParseBody(NoEnd);

    /// <summary>Reads up to the tag that has one of the given names, and leaves the stream behind that name.</summary>
    private Block ParseBody(string[] ends, out string end)
    {
        tokens.Enter();
        var opening = tokens.Line;
        var statements = new List<Statement>();
        while (true)
        {
            var token = tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.Text:
                    statements.Add(new Text(token.Text));
                    break;
                case TokenKind.PrintBegin:
                    statements.Add(new Print(_expressions.ParseTuple(), token.Line));
                    tokens.Expect(TokenKind.PrintEnd);
                    break;
                case TokenKind.BlockBegin when Array.Find(ends, tokens.IsName) is { } found:
                    tokens.Next();
                    tokens.Leave();
                    end = found;
                    return statements.Count == 0 ? Block.Empty : new Block([.. statements]);
                case TokenKind.BlockBegin:
                    statements.Add(ParseStatement());
                    tokens.Expect(TokenKind.BlockEnd);
                    break;
                default:
                    tokens.Leave();
                    end = "";
                    return ends.Length == 0
                        ? new Block([.. statements])
                        : throw new TemplateException($"Unexpected end of template: the block of line {opening} misses its '{ends[^1]}'", token.Line);
            }
        }
    }

    private Block ParseBody(params string[] ends) => ParseBody(ends, out _);

    /// <summary>Reads a body behind the end of its opening tag.</summary>
    private Block ParseInner(params string[] ends)
    {
        tokens.Expect(TokenKind.BlockEnd);
        return ParseBody(ends);
    }

    private Statement ParseStatement()
    {
        var token = tokens.Expect(TokenKind.Name);
        return token.Text switch
        {
            "if" => ParseIf(token.Line),
            "for" => ParseFor(token.Line),
            "set" => ParseSet(token.Line),
            "macro" => ParseMacro(),
            "call" => ParseCall(token.Line),
            "filter" => new FilterBlock(_expressions.ParseFilters(), ParseInner("endfilter"), token.Line),
            "with" => ParseWith(),
            "print" => new Print(_expressions.ParseTuple(), token.Line),
            "generation" => new ScopedBlock([], ParseOutsideLoop(() => ParseInner("endgeneration"))),
            "block" => ParseBlock(),
            "break" or "continue" when _loops == 0 => throw new TemplateException($"'{token.Text}' outside loop", token.Line),
            "break" => new LoopControl(Flow.Break),
            "continue" => new LoopControl(Flow.Continue),
            "include" or "import" or "from" or "extends" => throw new TemplateException($"'{token.Text}' needs other templates: a chat template is on its own", token.Line),
            _ => throw new TemplateException($"Encountered unknown tag '{token.Text}'.", token.Line),
        };
    }

    private If ParseIf(int line)
    {
        var branches = new List<(Expression, Block)>();
        var otherwise = Block.Empty;
        for (var end = "elif"; end != "endif";)
        {
            if (end == "else")
            {
                otherwise = ParseInner("endif");
                break;
            }

            var condition = _expressions.ParseTuple(withCondition: false);
            tokens.Expect(TokenKind.BlockEnd);
            branches.Add((condition, ParseBody(["elif", "else", "endif"], out end)));
        }

        return new If([.. branches], otherwise, line);
    }

    private For ParseFor(int line)
    {
        var target = ParseTarget(withNamespace: false, "in");
        tokens.ExpectName("in");
        var source = _expressions.ParseTuple(withCondition: false, isEnd: () => tokens.IsName("recursive"));
        var condition = tokens.SkipName("if") ? _expressions.Parse() : null;
        var isRecursive = tokens.SkipName("recursive");
        tokens.Expect(TokenKind.BlockEnd);

        var usesBefore = tokens.Uses("loop");
        _loops++;
        var body = ParseBody(["else", "endfor"], out var end);
        _loops--;
        int? loop = tokens.Uses("loop") > usesBefore ? tokens.Symbol("loop") : null;
        var otherwise = end == "else" ? ParseInner("endfor") : Block.Empty;
        return new For(target, source, condition, body, otherwise, loop, isRecursive, line);
    }

    private Statement ParseSet(int line)
    {
        var target = ParseTarget(withNamespace: true);
        if (tokens.SkipSymbol("="))
        {
            return new Assignment(target, _expressions.ParseTuple(), line);
        }

        Filter[] filters = tokens.SkipSymbol("|") ? _expressions.ParseFilters() : [];
        return new BlockAssignment(target, filters, ParseOutsideLoop(() => ParseInner("endset")), line);
    }

    private Macro ParseMacro()
    {
        var name = tokens.Expect(TokenKind.Name).Text;
        return new Macro(tokens.Symbol(name), _macros.Parse(name, () => ParseOutsideLoop(() => ParseInner("endmacro"))));
    }

    private CallBlock ParseCall(int line)
    {
        var parameters = tokens.IsSymbol("(") ? _macros.ParseParameters() : [];
        if (_expressions.Parse() is not Call call)
        {
            throw new TemplateException("expected call", line);
        }

        return new CallBlock(call, _macros.Parse("caller", () => ParseOutsideLoop(() => ParseInner("endcall")), parameters), line);
    }

    private ScopedBlock ParseWith()
    {
        var bindings = new List<(Target, Expression)>();
        while (tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (bindings.Count > 0)
            {
                tokens.ExpectSymbol(",");
            }

            var target = ParseTarget(withNamespace: false);
            tokens.ExpectSymbol("=");
            bindings.Add((target, _expressions.Parse()));
        }

        return new ScopedBlock([.. bindings], ParseInner("endwith"));
    }

    private ScopedBlock ParseBlock()
    {
        tokens.Expect(TokenKind.Name);
        _ = tokens.SkipName("scoped") || tokens.SkipName("required");
        var body = ParseOutsideLoop(() => ParseInner("endblock"));
        if (tokens.Current.Kind == TokenKind.Name)
        {
            tokens.Next();
        }

        return new ScopedBlock([], body);
    }

    /// <summary>A body that runs on its own, which no <c>break</c> can leave.</summary>
    private T ParseOutsideLoop<T>(Func<T> parse)
    {
        (var loops, _loops) = (_loops, 0);
        var result = parse();
        _loops = loops;
        return result;
    }

    private Target ParseTarget(bool withNamespace, string? end = null)
    {
        tokens.Enter();
        var targets = new List<Target>();
        var isTuple = false;
        do
        {
            if (targets.Count > 0 && !tokens.IsSymbol("(") && (tokens.Current.Kind != TokenKind.Name || (end is not null && tokens.IsName(end))))
            {
                break;
            }

            targets.Add(ParseSingleTarget(withNamespace));
            isTuple |= tokens.IsSymbol(",");
        }
        while (tokens.SkipSymbol(","));

        tokens.Leave();
        return isTuple ? new TupleTarget([.. targets]) : targets[0];
    }

    private Target ParseSingleTarget(bool withNamespace)
    {
        if (tokens.SkipSymbol("("))
        {
            var inner = ParseTarget(withNamespace);
            tokens.ExpectSymbol(")");
            return inner;
        }

        var name = tokens.Expect(TokenKind.Name);
        if (name.Text is "true" or "True" or "false" or "False" or "none" or "None")
        {
            throw new TemplateException($"can't assign to '{name.Text}'", name.Line);
        }

        var symbol = tokens.Symbol(name.Text);
        return withNamespace && tokens.SkipSymbol(".")
            ? new NamespaceTarget(new Name(symbol, name.Text), tokens.Expect(TokenKind.Name).Text)
            : new NameTarget(symbol);
    }
}
