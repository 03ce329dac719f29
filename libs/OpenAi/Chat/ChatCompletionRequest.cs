using Platform.OpenAi.Reading;
using Platform.OpenAi.Sampling;
using Platform.OpenAi.Structured;
using Platform.OpenAi.Tools;

namespace Platform.OpenAi.Chat;

/// <summary>A valid body of <c>POST /v1/chat/completions</c>. Null: not given.</summary>
public sealed record ChatCompletionRequest
{
    /// <summary>Id or alias as the client wrote it.</summary>
    public required string Model { get; init; }

    public required ChatMessages Messages { get; init; }

    public required SamplingFields Sampling { get; init; }

    /// <summary>Likeliest tokens told with each token's log-probability, 0–20; null: no log-probabilities.</summary>
    public int? Logprobs { get; init; }

    /// <summary><c>n</c>, 1–128.</summary>
    public int Choices { get; init; } = 1;

    /// <summary><c>max_completion_tokens</c> or <c>max_tokens</c>.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>At most 4, none empty.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Text the answer is likely to hold; null: none was given.</summary>
    public string? Prediction { get; init; }

    /// <summary>Functions the model may call; null: none.</summary>
    public ToolFields? Tools { get; init; }

    /// <summary>What the answer has to look like; null: any text.</summary>
    public OutputForm? Form { get; init; }

    /// <summary>How much the model is to think, <c>none</c> to <c>max</c>.</summary>
    public string? ReasoningEffort { get; init; }

    public bool Stream { get; init; }

    public StreamOptions StreamOptions { get; init; }

    /// <summary><c>default</c>, <c>flex</c> or <c>priority</c>.</summary>
    public string ServiceTier { get; init; } = "default";

    /// <summary>Whether the model goes on with the last message instead of answering it.</summary>
    public bool ContinueFinal { get; init; }

    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary><c>chat_template_kwargs</c> as JSON, or null.</summary>
    public string? TemplateArguments { get; init; }

    /// <summary><c>safety_identifier</c> or <c>user</c>.</summary>
    public string? User { get; init; }

    /// <summary>False where the client asked that nothing of what was said is stored.</summary>
    public bool KeepContent { get; init; } = true;

    /// <summary>The client will want to find the completion again.</summary>
    public bool Store { get; init; }
}

/// <summary>The conversation as the chat template takes it.</summary>
/// <param name="Json">JSON array; content parts are joined to text.</param>
/// <param name="Bytes">Its length in UTF-8: no tokenizer makes more tokens of it.</param>
/// <param name="EndsWithAssistant">Whether the last message is the assistant's.</param>
public sealed record ChatMessages(string Json, int Bytes, bool EndsWithAssistant = false);
