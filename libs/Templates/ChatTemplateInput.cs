using System.Text.Json.Nodes;

namespace Platform.Templates;

/// <summary>What a chat template is rendered from; null means the template sees no such variable.</summary>
public sealed record ChatTemplateInput
{
    /// <summary>The array of messages as in a chat completion request.</summary>
    public required JsonNode Messages { get; init; }

    public JsonNode? Tools { get; init; }

    public JsonNode? Documents { get; init; }

    /// <summary>Whether to end with what opens the assistant's answer.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    public string BosToken { get; init; } = "";

    public string EosToken { get; init; } = "";

    /// <summary>Further variables, such as <c>enable_thinking</c>; those above win over one of the same name.</summary>
    public JsonObject? Arguments { get; init; }

    /// <summary>What <c>strftime_now</c> formats, as its own clock shows it.</summary>
    public DateTimeOffset Now { get; init; }
}
