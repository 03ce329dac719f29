using System.Text.Json;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>What a client has heard of one generation, over however many connections.</summary>
internal sealed class Heard(int choices)
{
    private readonly List<string>[] _pieces = [.. Enumerable.Range(0, choices).Select(_ => new List<string>())];
    private readonly int[] _finishes = new int[choices];

    public string? Id { get; private set; }

    /// <summary>Of the last event.</summary>
    public string Position { get; set; } = "";
    public (long Prompt, long Completion)? Usage { get; private set; }
    public bool IsDone { get; set; }
    public int Connections { get; set; }

    /// <summary>The refusal, or the error in the stream, that came last.</summary>
    public string? Error { get; set; }
    public Pulse Pulse { get; } = new();

    /// <summary>At least so many tokens have come: what is no role, no log-probability and no end.</summary>
    public int Pieces => _pieces.Sum(pieces => pieces.Count(piece => piece is [not ('{' or '<'), ..]));

    /// <summary>Every event of every choice: equal for two answers that are the same to the byte.</summary>
    public string Said => string.Join("\n", _pieces.Select(pieces => JsonSerializer.Serialize(pieces)));

    public bool EachChoiceEndedOnce => Array.TrueForAll(_finishes, finishes => finishes == 1);

    public void Take(JsonElement chunk)
    {
        Id ??= chunk.GetProperty("id").GetString();
        if (chunk.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object) Usage = StreamLine.UsageOf(chunk);
        foreach (var choice in chunk.GetProperty("choices").EnumerateArray())
        {
            var pieces = _pieces[choice.GetProperty("index").GetInt32()];
            if (choice.GetProperty("finish_reason").GetString() is { } reason)
            {
                _finishes[choice.GetProperty("index").GetInt32()]++;
                pieces.Add($"<{reason}>");
            }
            else if (choice.GetProperty("delta").TryGetProperty("content", out var content))
            {
                pieces.Add(content.GetString() ?? "");
                if (choice.TryGetProperty("logprobs", out var logprobs) && logprobs.ValueKind == JsonValueKind.Object) pieces.Add(logprobs.GetRawText());
            }
        }
    }
}
