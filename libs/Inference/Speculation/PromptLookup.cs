using Platform.Inference.Batching;

namespace Platform.Inference.Speculation;

/// <summary>Guesses that what followed the last tokens where they stood before, in the request's prediction or in the sequence itself, follows them again.</summary>
internal sealed class PromptLookup : IDrafter
{
    /// <summary>Tokens that must agree: as many as this if they can be found, at least <see cref="Fewest"/>.</summary>
    private const int Most = 4, Fewest = 2;

    public void Propose(IReadOnlyList<Sequence> sequences)
    {
        foreach (var sequence in sequences)
        {
            sequence.Draft.Add(Continuation(sequence.Tokens, sequence.Generation.Request.Prediction));
        }
    }

    public void Dispose()
    {
    }

    private static ReadOnlySpan<int> Continuation(ReadOnlySpan<int> tokens, ReadOnlySpan<int> prediction)
    {
        for (var length = Math.Min(Most, tokens.Length - 1); length >= Fewest; length--)
        {
            var tail = tokens[^length..];
            if (prediction.LastIndexOf(tail) is var predicted and >= 0 && predicted + length < prediction.Length)
            {
                return prediction[(predicted + length)..];
            }

            // the tail itself is no find
            if (tokens[..^1].LastIndexOf(tail) is var before and >= 0)
            {
                return tokens[(before + length)..];
            }
        }

        return [];
    }
}
