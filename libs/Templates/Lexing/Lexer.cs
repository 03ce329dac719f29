using Platform.Templates.Text;

namespace Platform.Templates.Lexing;

/// <summary>
/// Splits a source into text and tags. Whitespace is treated as chat templates expect it (<c>trim_blocks</c>, <c>lstrip_blocks</c>,
/// one trailing newline dropped), with the <c>-</c> and <c>+</c> marks on tags overriding that.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;
    private bool _atLineStart = true;

    private Lexer(string source) => _source = source;

    public static List<Token> Tokenize(string source)
    {
        if (source.Length > Limits.SourceLength)
        {
            throw new TemplateException($"The template has {source.Length} characters; at most {Limits.SourceLength} are allowed.");
        }

        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.EndsWith('\n'))
        {
            source = source[..^1];
        }

        var lexer = new Lexer(source);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_position < _source.Length)
        {
            var tag = FindTag(_position);
            if (tag < 0)
            {
                Add(TokenKind.Text, _source[_position..]);
                MoveTo(_source.Length);
                break;
            }

            var (kind, mark) = (_source[tag + 1], Mark(tag + 2));
            AddText(_position, tag, mark, isPrint: kind == '{');
            var line = _line;
            switch (kind)
            {
                case '#':
                    SkipComment(tag + (mark is null ? 2 : 3));
                    break;
                case '%' when TryEnterRaw(tag, out var body):
                    ReadRaw(body);
                    break;
                default:
                    var isBlock = kind == '%';
                    MoveTo(tag + (mark is null ? 2 : 3));
                    Add(isBlock ? TokenKind.BlockBegin : TokenKind.PrintBegin, "");
                    ReadTag(isBlock, line);
                    break;
            }
        }

        Add(TokenKind.End, "");
    }

    private int FindTag(int from)
    {
        for (var at = from; (at = _source.IndexOf('{', at)) >= 0 && at + 1 < _source.Length; at++)
        {
            if (_source[at + 1] is '%' or '{' or '#')
            {
                return at;
            }
        }

        return -1;
    }

    private char? Mark(int at) => at < _source.Length && _source[at] is '-' or '+' ? _source[at] : null;

    private void AddText(int start, int end, char? mark, bool isPrint)
    {
        var text = _source.AsSpan(start, end - start);
        if (mark == '-')
        {
            text = Whitespace.TrimEnd(text);
        }
        else if (mark is null && !isPrint)
        {
            var lineStart = text.LastIndexOf('\n') + 1;
            if ((lineStart > 0 || _atLineStart) && Whitespace.IsBlank(text[lineStart..]))
            {
                text = text[..lineStart];
            }
        }

        if (!text.IsEmpty)
        {
            Add(TokenKind.Text, text.ToString());
        }

        MoveTo(end);
    }

    private void SkipComment(int from)
    {
        var close = _source.IndexOf("#}", from, StringComparison.Ordinal);
        if (close < 0)
        {
            throw Error("Missing end of comment tag", _line);
        }

        var mark = close > from && _source[close - 1] is '-' or '+' ? _source[close - 1] : (char?)null;
        MoveTo(AfterTag(close + 2, mark));
    }

    private bool TryEnterRaw(int tag, out int body)
    {
        body = 0;
        var at = Mark(tag + 2) is null ? tag + 2 : tag + 3;
        return TryKeyword(at, "raw", out at) && TryClose(at, allowPlus: false, trimsNewline: false, out body);
    }

    private void ReadRaw(int body)
    {
        var line = _line;
        MoveTo(body);
        for (var at = body; (at = _source.IndexOf("{%", at, StringComparison.Ordinal)) >= 0; at++)
        {
            var mark = Mark(at + 2);
            if (TryKeyword(mark is null ? at + 2 : at + 3, "endraw", out var end) && TryClose(end, allowPlus: true, trimsNewline: true, out var after))
            {
                AddText(body, at, mark, isPrint: false);
                MoveTo(after);
                return;
            }
        }

        throw Error("Missing end of raw directive", line);
    }

    private bool TryKeyword(int at, string keyword, out int after)
    {
        at = SkipWhitespace(at);
        after = SkipWhitespace(at + keyword.Length);
        return string.CompareOrdinal(_source, at, keyword, 0, keyword.Length) == 0;
    }

    private bool TryClose(int at, bool allowPlus, bool trimsNewline, out int after)
    {
        var mark = Mark(at);
        after = at;
        if ((mark == '+' && !allowPlus) || string.CompareOrdinal(_source, mark is null ? at : at + 1, "%}", 0, 2) != 0)
        {
            return false;
        }

        var end = mark is null ? at + 2 : at + 3;
        after = mark is null && !trimsNewline ? end : AfterTag(end, mark);
        return true;
    }

    /// <summary>Where text goes on after a tag's end: behind all whitespace, behind one newline, or right there.</summary>
    private int AfterTag(int end, char? mark) => mark switch
    {
        '-' => SkipWhitespace(end),
        '+' => end,
        _ => end < _source.Length && _source[end] == '\n' ? end + 1 : end,
    };

    private void ReadTag(bool isBlock, int line)
    {
        var close = isBlock ? "%}" : "}}";
        var open = new Stack<char>();
        while (true)
        {
            MoveTo(SkipWhitespace(_position));
            if (_position >= _source.Length)
            {
                throw Error($"Unexpected end of template: '{close}' is missing", line);
            }

            if (open.Count == 0 && TryEndTag(close, isBlock))
            {
                return;
            }

            var (token, end) = TagLexer.Read(_source, _position, _line);
            if (token.Kind == TokenKind.Symbol)
            {
                Balance(open, token);
            }

            _tokens.Add(token);
            MoveTo(end);
        }
    }

    private bool TryEndTag(string close, bool isBlock)
    {
        var mark = Mark(_position);
        var at = mark is null ? _position : _position + 1;
        if ((mark == '+' && !isBlock) || string.CompareOrdinal(_source, at, close, 0, 2) != 0)
        {
            return false;
        }

        Add(isBlock ? TokenKind.BlockEnd : TokenKind.PrintEnd, "");
        MoveTo(mark is null && !isBlock ? at + 2 : AfterTag(at + 2, mark));
        return true;
    }

    private static void Balance(Stack<char> open, Token token)
    {
        switch (token.Text)
        {
            case "(":
                open.Push(')');
                break;
            case "[":
                open.Push(']');
                break;
            case "{":
                open.Push('}');
                break;
            case ")" or "]" or "}":
                if (!open.TryPop(out var expected))
                {
                    throw Error($"unexpected '{token.Text}'", token.Line);
                }

                if (expected != token.Text[0])
                {
                    throw Error($"unexpected '{token.Text}', expected '{expected}'", token.Line);
                }

                break;
        }
    }

    private int SkipWhitespace(int at)
    {
        while (at < _source.Length && Whitespace.Is(_source[at]))
        {
            at++;
        }

        return at;
    }

    private void Add(TokenKind kind, string text) => _tokens.Add(new Token(kind, text, _line));

    private void MoveTo(int position)
    {
        if (position > _position)
        {
            _line += _source.AsSpan(_position, position - _position).Count('\n');
            _atLineStart = _source[position - 1] == '\n';
            _position = position;
        }
    }

    private static TemplateException Error(string message, int line) => new(message, line);
}
