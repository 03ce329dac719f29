using System.Diagnostics;
using System.Text;
using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Engine;

namespace Platform.Inference.Tests.Batching;

/// <summary>Short ways to ask a batcher for generations.</summary>
internal static class Harness
{
    /// <summary>Longest wait before a test gives up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static readonly Sampling Greedy = new() { Seed = 1, Temperature = 0 };

    public static Sampling Seeded(long seed) => new() { Seed = seed, Temperature = 1 };

    public static int[] Prompt(this IEngineModel model, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var tokens = new int[utf8.Length + 1];
        return tokens[..model.Tokenize(utf8, tokens, addSpecial: true, parseSpecial: true)];
    }

    public static (Recorder Sink, SequenceHandle Handle) Begin(this ContinuousBatcher batcher, int[] prompt, Sampling sampling, int? maxTokens = null, Func<SequenceRequest, SequenceRequest>? change = null, Func<int, int, bool>? onToken = null)
    {
        var request = new SequenceRequest { Prompt = prompt, Sampling = sampling, MaxTokens = maxTokens, Sink = new Recorder() };
        request = change?.Invoke(request) ?? request;
        var sink = new Recorder(request.Choices) { OnToken = onToken ?? ((_, _) => false) };
        return (sink, batcher.Submit(request with { Sink = sink }));
    }

    public static Task<Recorder> Run(this ContinuousBatcher batcher, int[] prompt, Sampling sampling, int? maxTokens = null, Func<SequenceRequest, SequenceRequest>? change = null) =>
        batcher.Begin(prompt, sampling, maxTokens, change).Sink.Ended();

    public static async Task Until(Func<bool> condition)
    {
        var since = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(since.Elapsed < Patience, "waited too long");
            await Task.Delay(1);
        }
    }
}
