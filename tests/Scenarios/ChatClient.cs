using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Platform.Scenarios.Tests;

/// <summary>A chat client that hides nothing of the wire.</summary>
internal static class ChatClient
{
    public static object Request(string model, string question, int maxTokens, bool stream = false, int? seed = 1, int n = 1, object? streamOptions = null) => new
    {
        model,
        messages = new[] { new { role = "user", content = question } },
        max_tokens = maxTokens,
        temperature = seed is null ? 0 : 1,
        seed,
        n,
        stream,
        stream_options = streamOptions,
    };

    public static async Task<ChatAnswer> Ask(this HttpClient client, object request, CancellationToken cancellation = default)
    {
        using var response = await client.PostAsJsonAsync("v1/chat/completions", request, cancellation);
        return new ChatAnswer(response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync(cancellation)), response.Headers.RetryAfter?.Delta);
    }

    /// <summary>The lines of the answer as they come, comments included; a refusal comes as one line.</summary>
    public static async IAsyncEnumerable<StreamLine> Stream(this HttpClient client, object request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions") { Content = JsonContent.Create(request) };
        using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length > 0 && !line.StartsWith("id: ", StringComparison.Ordinal)) yield return new StreamLine(response.StatusCode, line);
        }
    }
}

internal sealed record ChatAnswer(HttpStatusCode Status, JsonElement Body, TimeSpan? RetryAfter)
{
    public string Id => Body.GetProperty("id").GetString()!;
    public string Text => Body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
    public (long Prompt, long Completion) Usage => StreamLine.UsageOf(Body);
}

internal readonly record struct StreamLine(HttpStatusCode Status, string Line)
{
    public bool IsPing => Line.StartsWith(": ping", StringComparison.Ordinal);
    public bool IsDone => Line == "data: [DONE]";

    /// <summary>Null for comments and the end.</summary>
    public JsonElement? Event => Line.StartsWith("data: {", StringComparison.Ordinal) ? JsonSerializer.Deserialize<JsonElement>(Line["data: ".Length..]) : null;

    /// <summary>What this line adds to the first choice; null when nothing.</summary>
    public string? Text =>
        Event is { } chunk && chunk.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
        && choices[0].GetProperty("delta").TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 } text
            ? text
            : null;

    public static (long Prompt, long Completion) UsageOf(JsonElement body) =>
        body.GetProperty("usage") is var usage ? (usage.GetProperty("prompt_tokens").GetInt64(), usage.GetProperty("completion_tokens").GetInt64()) : default;
}
