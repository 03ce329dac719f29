using System.Diagnostics;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>What was recorded, beside what clients were told and what they can have been sent.</summary>
internal sealed class Bills(Outcomes outcomes, Timeline timeline)
{
    /// <summary>How long a worker goes on for a gateway that is gone, and what it and its silo take to notice.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5), Notice = TimeSpan.FromSeconds(3);

    /// <summary>Tokens of a choice that may have been under way to a client that left: two frames.</summary>
    private const int UnderWay = 64;

    /// <summary>Generations that were held to what can have been made of them.</summary>
    public int Abandoned { get; private set; }

    public void Check(RecordedGeneration recorded)
    {
        if (outcomes.Told.TryGetValue(recorded.Id, out var told) && told != (recorded.PromptTokens, recorded.CompletionTokens))
            outcomes.Wrong.Enqueue($"{recorded.Id} was told {told}, recorded {(recorded.PromptTokens, recorded.CompletionTokens)}");
        if (!outcomes.Left.TryGetValue(recorded.Id, out var left)) return;
        if (left.Tokens > recorded.CompletionTokens) outcomes.Wrong.Enqueue($"{left.Recipe.Name} {recorded.Id} was heard for {left.Tokens} tokens, recorded with {recorded.CompletionTokens}");
        if (Most(left) is not { } most) return;
        Abandoned++;
        if (recorded.CompletionTokens > most) outcomes.Wrong.Enqueue($"{left.Recipe.Name} {recorded.Id} was heard for {left.Tokens} tokens, and recorded with {recorded.CompletionTokens}, more than the {most} that can have been made up to the grace");
    }

    /// <summary>What was heard, and what the model draws until its end is noticed; null where the model has no pace. A disturbance may have kept back what was drawn and the end of it, and may have taken the gateway: then the grace follows.</summary>
    private long? Most(LeftStream left)
    {
        if (left.Recipe.Pace is not { } pace) return null;
        var (from, to) = timeline.Around(left.HeardAt, left.LeftAt, after: Grace + Notice);
        var grace = (from, to) == (left.HeardAt, left.LeftAt) ? TimeSpan.Zero : Grace;
        return left.Tokens + (left.Recipe.Choices * (UnderWay + (long)((Stopwatch.GetElapsedTime(from, to) + grace + Notice).TotalSeconds * pace)));
    }
}
