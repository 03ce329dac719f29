using Platform.Inference.Engine;

namespace Platform.Inference.Batching;

/// <summary>How likely a prompt's own tokens were, told as the prompt is read.</summary>
internal static class PromptScoring
{
    /// <summary>Whether what the engine makes of a place tells how likely the prompt's next token was.</summary>
    public static bool Takes(Sequence sequence, int position) => sequence.ScoresPrompt && position < sequence.PromptLength - 1;

    /// <summary>Tells what a step has found, before what it read is noted.</summary>
    public static void Deliver(Span<StepPlan.Part> parts, IEngineContext context, Delivery delivery)
    {
        foreach (ref var part in parts)
        {
            var (sequence, read) = (part.Sequence, part.Sequence.Slot!.Length); // what is in a step has a slot
            for (var i = 0; part.ScoredRow >= 0 && i < part.Tokens && Takes(sequence, read + i); i++)
            {
                delivery.ScorePrompt(sequence, read + i + 1, context.Logits(part.ScoredRow + i));
            }

            sequence.ScoresPrompt &= read + part.Tokens < sequence.PromptLength;
        }
    }
}
