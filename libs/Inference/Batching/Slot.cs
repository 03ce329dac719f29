using Platform.Inference.Engine;
using Platform.Inference.Samplers;

namespace Platform.Inference.Batching;

/// <summary>A sequence id of the engine's context, with the tokens its cache holds. An idle slot keeps them for whoever shares the prefix.</summary>
internal sealed class Slot(int id, IEngineModel model)
{
    public int Id { get; } = id;

    /// <summary>The first <see cref="Length"/> of these are in the cache.</summary>
    public int[] Tokens { get; set; } = [];

    public int Length { get; set; }

    /// <summary>The first position that was read in a long run (<see cref="ContextInfo.LongRun"/>); <see cref="int.MaxValue"/>: none was.</summary>
    public int LongFrom { get; set; } = int.MaxValue;

    public string Tenant { get; set; } = "";
    public Sequence? Sequence { get; set; }
    public long LastUsed { get; set; }
    public SeenTokens Seen { get; } = new(model.Info.Vocabulary, model);

    /// <summary>How many of the first tokens are those of <paramref name="tokens"/>.</summary>
    /// <param name="isShort">What was read in long runs is none of them.</param>
    public int CommonPrefix(ReadOnlySpan<int> tokens, string tenant, bool isShort) =>
        Length > 0 && Tenant == tenant ? Tokens.AsSpan(0, isShort ? Math.Min(Length, LongFrom) : Length).CommonPrefixLength(tokens) : 0;
}
