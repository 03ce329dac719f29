namespace Platform.Inference.Engine;

/// <summary>What a sequence held in the cache, in the host's memory. Fits every context of the model it came from.</summary>
public abstract class SavedSequence : IDisposable
{
    /// <summary>Positions it holds.</summary>
    public abstract int Length { get; }

    /// <summary>The first position that was read in a long run (<see cref="ContextInfo.LongRun"/>); <see cref="int.MaxValue"/>: none was.</summary>
    public int LongFrom { get; set; } = int.MaxValue;

    public abstract void Dispose();
}
