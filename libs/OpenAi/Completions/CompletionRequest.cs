using Platform.OpenAi.Reading;
using Platform.OpenAi.Sampling;

namespace Platform.OpenAi.Completions;

/// <summary>A valid body of <c>POST /v1/completions</c>. Null: not given.</summary>
public sealed record CompletionRequest
{
    /// <summary>Id or alias as the client wrote it.</summary>
    public required string Model { get; init; }

    /// <summary>At least one; the choices of each come together.</summary>
    public required IReadOnlyList<CompletionPrompt> Prompts { get; init; }

    public required SamplingFields Sampling { get; init; }

    /// <summary>Likeliest tokens told with each token's log-probability, 0–5; null: no log-probabilities.</summary>
    public int? Logprobs { get; init; }

    /// <summary>0: nothing is generated.</summary>
    public int MaxTokens { get; init; } = 16;

    /// <summary><c>n</c>, 1–128: choices of each prompt.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>How many choices are made of each prompt, the <see cref="Choices"/> likeliest of which are told.</summary>
    public int BestOf { get; init; } = 1;

    /// <summary>Whether each choice begins with its prompt.</summary>
    public bool Echo { get; init; }

    /// <summary>What comes after the text that is generated.</summary>
    public string? Suffix { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    public bool Stream { get; init; }
    public StreamOptions StreamOptions { get; init; }

    /// <summary>The end user; empty where none is named.</summary>
    public string User { get; init; } = "";
}

/// <summary>A prompt as text or as token ids: one of the two.</summary>
public readonly record struct CompletionPrompt(string? Text, int[]? Tokens);
