namespace Platform.Grammars.JsonSchema;

/// <summary>A JSON Schema that can't be kept.</summary>
/// <param name="path">JSON pointer to the keyword at fault.</param>
public sealed class SchemaException(string path, string message) : Exception(message)
{
    public SchemaException() : this("", "")
    {
    }

    public SchemaException(string message) : this("", message)
    {
    }

    public SchemaException(string message, Exception inner) : this("", $"{message} {inner?.Message}")
    {
    }

    public string Path => path;
}
