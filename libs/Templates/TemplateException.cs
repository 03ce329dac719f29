namespace Platform.Templates;

/// <summary>A template that cannot be parsed, refuses its input (<c>raise_exception</c>: the message is its own), or does something wrong.</summary>
public sealed class TemplateException : Exception
{
    public TemplateException() { }

    public TemplateException(string message) : base(message) { }

    public TemplateException(string message, Exception innerException) : base(message, innerException) { }

    public TemplateException(string message, int? line, Exception? innerException = null) : base(message, innerException) => Line = line;

    /// <summary>Line of the template's source, from 1, where it is known.</summary>
    public int? Line { get; }
}
