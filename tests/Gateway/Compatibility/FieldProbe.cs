using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Tests.Compatibility;

/// <summary>Finds out what becomes of a field by asking the reader of its endpoint.</summary>
/// <param name="read">The reader; null: the body is valid.</param>
/// <param name="valid">A body without the field.</param>
internal sealed class FieldProbe(Func<ReadOnlyMemory<byte>, ApiError?> read, string valid)
{
    /// <summary>Of the wrong type for any field there is.</summary>
    private static readonly string[] Nonsense = ["""[[{"nonsense":true}]]""", "\"\\u0001nonsense\"", "-0.123456789"];

    /// <param name="value">A value that asks for something, with other fields it needs, as JSON object.</param>
    public string StateOf(string field, string value) => Error(value) switch
    {
        { Code: "unsupported_parameter" or "unsupported_value" or "unsupported_content_type" } => "refused by name",
        { } error => $"refused: {error.Message}",
        null => Nonsense.Any(one => Error($$"""{"{{field}}":{{one}}}""") is { Param: { } param } && param.StartsWith(field, StringComparison.Ordinal)) ? "works" : "ignored",
    };

    private ApiError? Error(string fields)
    {
        var body = JsonNode.Parse(valid)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject()) body[name] = value?.DeepClone();
        return read(Encoding.UTF8.GetBytes(body.ToJsonString(new JsonSerializerOptions())));
    }
}
