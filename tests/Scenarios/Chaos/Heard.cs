using System.Text;
using System.Text.Json;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>What a client has heard of one generation, over however many connections.</summary>
internal sealed class Heard(int choices)
{
    private readonly List<string>[] _events = [.. Enumerable.Range(0, choices).Select(_ => new List<string>())];
    private readonly List<Draw>[] _draws = [.. Enumerable.Range(0, choices).Select(_ => new List<Draw>())];
    private readonly StringBuilder[] _texts = [.. Enumerable.Range(0, choices).Select(_ => new StringBuilder())];
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

    /// <summary>By choice.</summary>
    public IReadOnlyList<string> Texts => [.. _texts.Select(text => text.ToString())];

    /// <summary>At least so many tokens have come: as many as had text to show.</summary>
    public int Tokens { get; private set; }

    /// <summary>Every event of every choice: equal for two answers that are the same to the byte.</summary>
    public string Said => string.Join("\n", _events.Select(events => JsonSerializer.Serialize(events)));

    public bool EachChoiceEndedOnce => Array.TrueForAll(_finishes, finishes => finishes == 1);

    /// <summary>Where log-probabilities were asked for: the tokens of a choice.</summary>
    public IReadOnlyList<Draw> Draws(int choice) => _draws[choice];

    /// <param name="body">A chunk, or a whole answer.</param>
    public void Take(JsonElement body)
    {
        Id ??= body.GetProperty("id").GetString();
        if (body.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object) Usage = StreamLine.UsageOf(body);
        foreach (var choice in body.GetProperty("choices").EnumerateArray())
        {
            var index = choice.GetProperty("index").GetInt32();
            if ((choice.TryGetProperty("delta", out var delta) ? delta : choice.GetProperty("message")).TryGetProperty("content", out var content)) Say(index, content.GetString() ?? "", choice);
            if (choice.GetProperty("finish_reason").GetString() is not { } reason) continue;
            _finishes[index]++;
            _events[index].Add($"<{reason}>");
        }
    }

    private void Say(int index, string text, JsonElement choice)
    {
        _events[index].Add(text);
        _texts[index].Append(text);
        Tokens += text.Length > 0 ? 1 : 0;
        if (!choice.TryGetProperty("logprobs", out var logprobs) || logprobs.ValueKind != JsonValueKind.Object) return;
        _events[index].Add(logprobs.GetRawText());
        foreach (var token in logprobs.GetProperty("content").EnumerateArray())
        {
            var top = token.GetProperty("top_logprobs");
            _draws[index].Add(new(token.GetProperty("token").GetString()!, token.GetProperty("logprob").GetDouble(), top[0].GetProperty("logprob").GetDouble() - top[1].GetProperty("logprob").GetDouble()));
        }
    }
}
