using Platform.Templates.Lexing;

namespace Platform.Templates.Syntax;

/// <summary>Reads the arguments of a call.</summary>
internal sealed class ArgumentParser(TokenStream tokens, ExpressionParser expressions)
{
    /// <summary>The arguments behind an opening bracket that is the current token.</summary>
    public CallArguments Parse()
    {
        tokens.ExpectSymbol("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
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
                rest = rest is null && namedRest is null ? expressions.Parse() : throw tokens.Error("invalid syntax for function call expression");
            }
            else if (tokens.SkipSymbol("**"))
            {
                namedRest = namedRest is null ? expressions.Parse() : throw tokens.Error("invalid syntax for function call expression");
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.NextIsSymbol("="))
            {
                var name = tokens.Next().Text;
                tokens.Next();
                named.Add(namedRest is null && names.Add(name)
                    ? (name, expressions.Parse())
                    : throw tokens.Error($"invalid keyword argument '{name}'"));
            }
            else
            {
                positional.Add(named.Count == 0 && rest is null && namedRest is null
                    ? expressions.Parse()
                    : throw tokens.Error("invalid syntax for function call expression"));
            }
        }

        return positional.Count + named.Count == 0 && rest is null && namedRest is null
            ? CallArguments.None
            : new CallArguments([.. positional], [.. named], rest, namedRest);
    }
}
