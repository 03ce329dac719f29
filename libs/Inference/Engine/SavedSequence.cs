namespace Platform.Inference.Engine;

/// <summary>What a sequence held in the cache, in the host's memory. Fits every context of the model it came from.</summary>
public abstract class SavedSequence : IDisposable
{
    /// <summary>Positions it holds.</summary>
    public abstract int Length { get; }

    public abstract void Dispose();
}
