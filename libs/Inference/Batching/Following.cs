namespace Platform.Inference.Batching;

/// <summary>Who reads for whom: where a running sequence is about to read what another one needs too, the other waits for it and shares its cells.</summary>
internal static class Following
{
    /// <summary>Tokens a wait must save.</summary>
    private const int Worthwhile = 32;

    /// <summary>The sequence whose reading is worth waiting for, and how many tokens the two will share.</summary>
    public static (Sequence? Leader, int Shared) Choose(Sequence sequence, List<Sequence> active, SlotTable slots)
    {
        var (leader, shared) = ((Sequence?)null, 0);
        if (sequence.ScoresPrompt)
        {
            return (leader, shared);
        }

        foreach (var other in active)
        {
            if (other.Leader is not null)
            {
                continue;
            }

            if (other.Generation == sequence.Generation && other.Slot!.Length < other.PromptLength)
            {
                return (other, other.PromptLength);
            }

            if (slots.CanTrim && (slots.IsShort(other) || !slots.IsShort(sequence)) && other.Slot!.Length < other.PromptLength && other.Generation.Request.Tenant == sequence.Generation.Request.Tenant)
            {
                var common = other.Tokens[..^1].CommonPrefixLength(sequence.Tokens[..^1]);
                (leader, shared) = common > shared ? (other, common) : (leader, shared);
            }
        }

        return leader is not null && shared >= slots.Cached(sequence) + Worthwhile ? (leader, shared) : (null, 0);
    }
}
