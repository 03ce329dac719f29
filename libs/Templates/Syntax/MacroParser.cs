using Platform.Templates.Lexing;
using Parameter = (string Name, int Symbol, Platform.Templates.Syntax.Expression? Default);

namespace Platform.Templates.Syntax;

/// <summary>Reads the parameters of macros and call blocks, and notices which of the implicit ones their bodies use.</summary>
internal sealed class MacroParser(TokenStream tokens)
{
    private readonly ExpressionParser _expressions = new(tokens);

    public MacroDefinition Parse(string name, Func<Block> parseBody, Parameter[]? parameters = null)
    {
        parameters ??= ParseParameters();
        var before = (Caller: tokens.Uses("caller"), Varargs: tokens.Uses("varargs"), Named: tokens.Uses("kwargs"));
        var body = parseBody();

        int? Implicit(string implicitName, int uses) =>
            tokens.Uses(implicitName) > uses && !Array.Exists(parameters, parameter => parameter.Name == implicitName) ? tokens.Symbol(implicitName) : null;

        return new MacroDefinition(name, parameters, body, Implicit("caller", before.Caller), Implicit("varargs", before.Varargs), Implicit("kwargs", before.Named));
    }

    public Parameter[] ParseParameters()
    {
        tokens.ExpectSymbol("(");
        var parameters = new List<Parameter>();
        while (!tokens.SkipSymbol(")"))
        {
            if (parameters.Count > 0)
            {
                tokens.ExpectSymbol(",");
            }

            var name = tokens.Expect(TokenKind.Name).Text;
            var byDefault = tokens.SkipSymbol("=") ? _expressions.Parse() : null;
            if (byDefault is null && parameters.Count > 0 && parameters[^1].Default is not null)
            {
                throw tokens.Error("non-default argument follows default argument");
            }

            parameters.Add((name, tokens.Symbol(name), byDefault));
        }

        return [.. parameters];
    }
}
