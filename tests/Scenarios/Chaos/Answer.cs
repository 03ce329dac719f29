namespace Platform.Scenarios.Tests.Chaos;

/// <summary>What a recipe says when nothing disturbs it.</summary>
internal sealed class Answer(Recipe recipe, Heard undisturbed)
{
    private readonly string _said = undisturbed.Said;

    /// <summary>Logits move by a little with what else is in the step: two tokens no further apart than this may change places.</summary>
    private const double NearTie = 0.05;

    public IReadOnlyList<string> Texts { get; } = undisturbed.Texts;

    /// <summary>Null: the same, event for event where it was a stream; where the engine's arithmetic is not exact, up to the first near tie.</summary>
    public string? Differs(Heard heard, bool isStream)
    {
        var texts = heard.Texts;
        for (var choice = 0; choice < Texts.Count; choice++)
        {
            if (Difference(heard.Draws(choice), texts[choice], choice) is { } difference) return difference;
        }

        return recipe.IsExact && isStream && heard.Said != _said ? $"its events are others:\n{heard.Said}\n{_said}" : null;
    }

    /// <summary>Null: each choice is the same as far as it goes.</summary>
    public string? Leaves(IReadOnlyList<string> texts)
    {
        var other = Enumerable.Range(0, Texts.Count).FirstOrDefault(choice => !Texts[choice].StartsWith(texts[choice], StringComparison.Ordinal), -1);
        return other < 0 ? null : $"choice {other} begins\n{texts[other]}\ninstead of\n{Texts[other]}";
    }

    private string? Difference(IReadOnlyList<Draw> draws, string text, int choice)
    {
        var (expected, same) = (undisturbed.Draws(choice), 0);
        while (same < draws.Count && same < expected.Count && (recipe.IsExact ? draws[same] == expected[same] : draws[same].Token == expected[same].Token)) same++;
        if (same == draws.Count && same == expected.Count) return text == Texts[choice] ? null : $"choice {choice} says\n{text}\ninstead of\n{Texts[choice]}";
        var lead = (same < expected.Count ? expected : draws)[same].Lead;
        return !recipe.IsExact && lead <= NearTie ? null : $"token {same} of choice {choice} is {(same < draws.Count ? draws[same] : "the end")} instead of {(same < expected.Count ? expected[same] : "the end")}";
    }
}

/// <summary>A token with its log-probability, and how far that of the likeliest token there is above the next one's.</summary>
internal readonly record struct Draw(string Token, double Logprob, double Lead);
