using Platform.Inference.Batching;

namespace Platform.Inference.Speculation;

/// <summary>Guesses how sequences go on. Used by the engine's thread.</summary>
internal interface IDrafter : IDisposable
{
    /// <summary>Fills the <see cref="Sequence.Draft"/> of each, up to its <see cref="Draft.Wanted"/>.</summary>
    void Propose(IReadOnlyList<Sequence> sequences);
}
