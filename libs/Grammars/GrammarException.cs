namespace Platform.Grammars;

/// <summary>A grammar that can't be used; the message is fit for the client.</summary>
public sealed class GrammarException : Exception
{
    public GrammarException() { }
    public GrammarException(string message) : base(message) { }
    public GrammarException(string message, Exception inner) : base(message, inner) { }
}
