using Platform.Contracts.Runs;
using Platform.Inference.Engine;
using Platform.Inference.Samplers;

namespace Platform.Inference.Tests.Batching;

/// <summary>A generation made the plain way: alone, the whole prompt in one decode, then a token at a time.</summary>
internal static class Reference
{
    public static int[] Generate(IEngineModel model, int[] prompt, Sampling sampling, int tokens, int choice = 0)
    {
        using var context = model.CreateContext(new ContextSpec(prompt.Length + tokens, 1, prompt.Length, 1, 1));
        var sampler = new Sampler(model.Info.Vocabulary);
        var seen = new SeenTokens(model.Info.Vocabulary);
        var all = prompt.ToList();
        for (var read = 0; all.Count < prompt.Length + tokens && !(all.Count > prompt.Length && model.IsEnd(all[^1]));)
        {
            context.Batch.Clear();
            for (; read < all.Count; read++)
            {
                context.Batch.Add(all[read], read, 0, output: read == all.Count - 1);
            }

            Assert.Equal(DecodeStatus.Ok, context.Decode());
            seen.Reset(sampling, prompt, [.. all[prompt.Length..]]);
            all.Add(sampler.Draw(context.Logits(0), sampling, seen, choice, all.Count - prompt.Length));
        }

        return [.. all[prompt.Length..]];
    }
}
