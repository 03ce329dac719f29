using System.Text.Json;

namespace Platform.OpenAi.Responses;

/// <summary>A valid body of <c>POST /v1/responses</c>.</summary>
public sealed record ResponseRequest
{
    /// <summary>The body itself, for what is handed through.</summary>
    public required JsonElement Body { get; init; }

    /// <summary>Id or alias as the client wrote it.</summary>
    public required string Model { get; init; }

    /// <summary>What this request adds; references are still to be resolved.</summary>
    public required IReadOnlyList<ResponseItem> Input { get; init; }

    public string? Instructions { get; init; }

    public string? PreviousResponseId { get; init; }

    public string? ConversationId { get; init; }

    public bool Store { get; init; } = true;

    public bool Background { get; init; }

    public bool Stream { get; init; }

    /// <summary>Whether deltas of the stream are padded, so that their sizes tell less.</summary>
    public bool Obfuscates { get; init; } = true;

    /// <summary>What does not fit the model's context is left out, the oldest first.</summary>
    public bool Truncates { get; init; }

    /// <summary>JSON object of strings.</summary>
    public string Metadata { get; init; } = "{}";

    public bool IncludeEncryptedReasoning { get; init; }

    public bool IncludeLogprobs { get; init; }
}
