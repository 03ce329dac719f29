using Platform.Templates.Lexing;

namespace Platform.Templates.Syntax;

/// <summary>The tokens of a template, and the names met in it, which become numbers.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private readonly Dictionary<string, int> _symbols = new(StringComparer.Ordinal);
    private readonly List<int> _symbolUses = [];
    private int _at;
    private int _nesting;

    public Token Current => tokens[_at];

    public int Line => Current.Line;

    public IReadOnlyDictionary<string, int> Symbols => _symbols;

    public int Symbol(string name)
    {
        if (!_symbols.TryGetValue(name, out var symbol))
        {
            symbol = _symbols.Count;
            _symbols.Add(name, symbol);
            _symbolUses.Add(0);
        }

        _symbolUses[symbol]++;
        return symbol;
    }

    /// <summary>How often a name has been met so far.</summary>
    public int Uses(string name) => _symbols.TryGetValue(name, out var symbol) ? _symbolUses[symbol] : 0;

    public Token Next() => Current.Kind == TokenKind.End ? Current : tokens[_at++];

    public bool Is(TokenKind kind, string text) => Current.Kind == kind && Current.Text == text;

    public bool IsSymbol(string text) => Is(TokenKind.Symbol, text);

    public bool IsName(string text) => Is(TokenKind.Name, text);

    public bool NextIsName(string text) => _at + 1 < tokens.Count && tokens[_at + 1] is { Kind: TokenKind.Name } token && token.Text == text;

    public bool NextIsSymbol(string text) => _at + 1 < tokens.Count && tokens[_at + 1] is { Kind: TokenKind.Symbol } token && token.Text == text;

    public bool SkipSymbol(string text) => Skip(TokenKind.Symbol, text);

    public bool SkipName(string text) => Skip(TokenKind.Name, text);

    public void ExpectSymbol(string text) => _ = SkipSymbol(text) ? 0 : throw Unexpected($"'{text}'");

    public void ExpectName(string text) => _ = SkipName(text) ? 0 : throw Unexpected($"'{text}'");

    public Token Expect(TokenKind kind) => Current.Kind == kind ? Next() : throw Unexpected(new Token(kind, kind == TokenKind.Name ? "name" : "", 0).ToString());

    public TemplateException Unexpected(string expected) => Error($"expected token {expected}, got {Current}");

    public TemplateException Error(string message) => new(message, Line);

    /// <summary>Enters brackets or a block; its <see cref="Leave"/> must follow.</summary>
    public void Enter()
    {
        if (++_nesting > Limits.Nesting)
        {
            throw Error($"The template is nested too deeply; at most {Limits.Nesting} levels are allowed.");
        }
    }

    public void Leave() => _nesting--;

    private bool Skip(TokenKind kind, string text)
    {
        if (!Is(kind, text))
        {
            return false;
        }

        Next();
        return true;
    }
}
