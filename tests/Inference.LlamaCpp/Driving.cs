using Platform.Inference.Engine;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>A plain loop through the seam, one sequence at a time.</summary>
internal static class Driving
{
    /// <summary>Reads tokens at the end of a sequence in steps of the batch's size; returns a copy of the logits after the last.</summary>
    public static float[] Read(this IEngineContext context, int sequence, ReadOnlySpan<int> tokens)
    {
        var row = -1;
        while (tokens.Length > 0)
        {
            var chunk = tokens[..Math.Min(tokens.Length, context.Batch.Capacity)];
            tokens = tokens[chunk.Length..];
            var position = context.Length(sequence);
            context.Batch.Clear();
            for (var i = 0; i < chunk.Length; i++)
            {
                row = context.Batch.Add(chunk[i], position + i, sequence, output: tokens.IsEmpty && i == chunk.Length - 1);
            }

            Assert.Equal(DecodeStatus.Ok, context.Decode());
        }

        return context.Logits(row).ToArray();
    }

    public static float[] LogProbabilities(ReadOnlySpan<float> logits)
    {
        var max = logits[Best(logits)];
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        var result = logits.ToArray();
        var log = max + (float)Math.Log(sum);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] -= log;
        }

        return result;
    }

    public static int Best(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }
}
