namespace Platform.Templates.Lexing;

internal enum TokenKind
{
    Text,
    BlockBegin,
    BlockEnd,
    PrintBegin,
    PrintEnd,
    Name,
    String,
    Integer,
    Float,
    Symbol,
    End,
}

/// <summary>One lexical unit; <c>Text</c> is the raw text, the unescaped string, the digits, or the symbol.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    public override string ToString() => Kind switch
    {
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.PrintEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.PrintBegin => "begin of print statement",
        TokenKind.End => "end of template",
        TokenKind.Text => "template data",
        _ => $"'{Text}'",
    };
}
