using Platform.Inference.Engine;

namespace Platform.Inference.Speculation;

/// <summary>
/// Speculative decoding: tokens that are guessed to come next are decoded together with the last one, and those that the model draws itself are kept.
/// A draw depends on its seed, choice and place alone, so the tokens are the same with and without.
/// </summary>
/// <param name="Draft">Smaller model of the same vocabulary that guesses; null: guesses are what followed the same tokens before.</param>
/// <param name="MaxTokens">Most tokens guessed at once for a sequence.</param>
public sealed record SpeculationOptions(IEngineModel? Draft = null, int MaxTokens = 8)
{
    /// <summary>Guesses as many as it may, whatever it costs; else only as many as pay.</summary>
    public bool Always { get; init; }
}
