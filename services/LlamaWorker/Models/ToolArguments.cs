using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.LlamaWorker.Models;

/// <summary>The arguments of earlier calls: a text in the API, an object to most chat templates.</summary>
internal static class ToolArguments
{
    public static bool AreIn(JsonNode messages) => messages is JsonArray list && list.Any(message => Calls(message) is { Count: > 0 });

    public static JsonNode AsObjects(JsonNode messages)
    {
        foreach (var call in messages.AsArray().SelectMany(message => Calls(message) ?? []))
        {
            if (call is JsonObject && call["function"] is JsonObject function && function["arguments"] is JsonValue value && value.TryGetValue(out string? text)) function["arguments"] = Parsed(text);
        }

        return messages;
    }

    private static JsonArray? Calls(JsonNode? message) => message is JsonObject fields && fields["tool_calls"] is JsonArray calls ? calls : null;

    /// <summary>What is no JSON stays a text.</summary>
    private static JsonNode? Parsed(string text)
    {
        try
        {
            return string.IsNullOrWhiteSpace(text) ? new JsonObject() : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
