using System.Collections.Concurrent;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>What all clients together were told.</summary>
internal sealed class Outcomes
{
    /// <summary>Usage by generation, of those that were answered to their end.</summary>
    public ConcurrentDictionary<string, (long Prompt, long Completion)> Told { get; } = new();

    /// <summary>Generations that were not heard to their end.</summary>
    public ConcurrentDictionary<string, LeftStream> Left { get; } = new();
    public ConcurrentQueue<string> Wrong { get; } = new();
    public ConcurrentQueue<Pulse> Pulses { get; } = new();
    public ConcurrentDictionary<string, int> Refusals { get; } = new();

    /// <summary>From a request that was refused to the next of the same client that was taken; moments are timestamps.</summary>
    public ConcurrentQueue<(long From, long To)> Outages { get; } = new();

    /// <summary>Requests whose connection broke before their generation had a name.</summary>
    public int Unknown;

    public int Continued => Pulses.Count(pulse => pulse.Cuts.Count > 0);

    /// <summary>A refusal has a status and says when to come back; anything else is a broken connection. Returns whether it was only a limit that refused.</summary>
    public bool Refused(string error)
    {
        var kind = error.StartsWith("503", StringComparison.Ordinal) || error.StartsWith("429", StringComparison.Ordinal) ? error[..3] : error;
        Refusals.AddOrUpdate(kind[..Math.Min(160, kind.Length)], 1, (_, count) => count + 1);
        if (kind.Length > 3) Interlocked.Increment(ref Unknown);
        return kind == "429";
    }
}

/// <summary>A stream that its client did not hear to its end.</summary>
/// <param name="Tokens">What had come of it.</param>
/// <param name="HeardAt">When the last of it came, as a timestamp.</param>
/// <param name="LeftAt">When its client was gone.</param>
internal readonly record struct LeftStream(Recipe Recipe, int Tokens, long HeardAt, long LeftAt);
