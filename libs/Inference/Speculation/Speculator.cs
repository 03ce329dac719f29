using Platform.Inference.Batching;
using Platform.Inference.Engine;

namespace Platform.Inference.Speculation;

/// <summary>Decides how much is guessed of which sequence before a step: as much as pays, by how often guesses were right and by what a further token of a step costs.</summary>
/// <param name="cost">Of the steps it guesses for.</param>
/// <param name="most">Guesses a step may read in all.</param>
internal sealed class Speculator(IDrafter drafter, SpeculationOptions options, StepCost cost, int most) : IDisposable
{
    /// <summary>Steps without a guess after which one is tried again, so that what it costs stays known.</summary>
    private const int Probing = 256;

    private readonly List<Sequence> guessed = [];
    private int quiet;

    /// <summary>Throws <see cref="EngineException"/> when the engine can't give a context for the draft model.</summary>
    /// <param name="target">Context of the model that is guessed for.</param>
    public static Speculator Of(SpeculationOptions options, in ContextSpec target, StepCost cost) =>
        new(options.Draft is { } draft ? new DraftModel(draft, target) : new PromptLookup(), options, cost, StepPlan.Guessed);

    /// <summary>Guesses for the sequences that wait for nothing but their next token, while no prompt is read.</summary>
    public void Propose(List<Sequence> active)
    {
        guessed.Clear();
        var running = active.Count(IsRunning);
        var left = active.Exists(sequence => sequence.Readable > 0 && !IsRunning(sequence)) ? 0 : most;
        foreach (var sequence in active)
        {
            sequence.Draft.Want(IsRunning(sequence) ? Math.Clamp(Room(sequence), 0, Math.Min(left, Worth(sequence, running))) : 0);
            left -= sequence.Draft.Wanted;
            if (sequence.Draft.Wanted > 0)
            {
                guessed.Add(sequence);
            }
            else
            {
                sequence.Draft.Rest();
            }
        }

        quiet = guessed.Count > 0 ? 0 : quiet + 1;
        if (guessed.Count > 0)
        {
            drafter.Propose(guessed);
        }
    }

    public void Dispose() => drafter.Dispose();

    private static bool IsRunning(Sequence sequence) => sequence is { Leader: null, Generated: > 0, IsPaused: false, Pending: 1 };

    /// <summary>Tokens that may still be drawn, but for the one that follows the last guess.</summary>
    private static int Room(Sequence sequence) => Math.Min(sequence.Generation.Allowance - sequence.Generated, sequence.Limit - sequence.Count) - 1;

    private int Worth(Sequence sequence, int running) =>
        options.Always || quiet >= Probing ? options.MaxTokens : Paying(cost.OfOneMore(running), sequence.Draft.Acceptance, options.MaxTokens);

    /// <summary>The k-th guess is right with probability p^k; it pays while that is more than what it costs.</summary>
    /// <param name="price">Of a further token in a step, in tokens that the step would bring in that time without it; 0: not known.</param>
    /// <param name="acceptance">p, below 1.</param>
    internal static int Paying(double price, double acceptance, int most) => price <= 0 ? most : Math.Min(most, (int)(Math.Log(price) / Math.Log(acceptance)));
}
