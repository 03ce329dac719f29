using System.Diagnostics;
using System.Text;
using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.LlamaCpp;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>The bundled model through the scheduler, no HTTP: tokens a second, time to first token, and the share of a step that is not the engine's.</summary>
internal static class ChatBench
{
    private const int Tokens = 96;

    public static async Task<Table> Run()
    {
        using var model = BundledModel.Load();
        var threads = BundledModel.Threads;
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(2048, 8, 16384, Threads: threads));
        var table = new Table().AddColumns("streams", "tokens/s", "a stream", "first token, ms", "scheduler and sampler, % of a step");
        await Streams(batcher, model, 1);
        foreach (var streams in (int[])[1, 4, 8])
        {
            var before = batcher.Report();
            var (perSecond, first) = await Streams(batcher, model, streams);
            var after = batcher.Report();
            double overhead = after.OverheadMicros - before.OverheadMicros, decode = after.DecodeMicros - before.DecodeMicros;
            table.AddRow($"{streams}", $"{perSecond:F0}", $"{perSecond / streams:F0}", $"{first:F0}", $"{100 * overhead / (overhead + decode):F2}");
        }
        return table.Caption($"{threads} engine thread(s), {Tokens} tokens a stream, greedy");
    }

    private static async Task<(double TokensPerSecond, double FirstTokenMs)> Streams(ContinuousBatcher batcher, LlamaModel model, int count)
    {
        var began = Stopwatch.GetTimestamp();
        var sinks = Enumerable.Range(0, count).Select(i => new Sink(began)).ToArray();
        for (var i = 0; i < count; i++)
        {
            var text = Encoding.UTF8.GetBytes($"<|im_start|>user\nTell me the long story number {i} of the sea, the wind and a small boat.<|im_end|>\n<|im_start|>assistant\n");
            var prompt = new int[text.Length];
            var length = model.Tokenize(text, prompt, addSpecial: false, parseSpecial: true);
            batcher.Submit(new() { Prompt = prompt[..length], Sampling = new() { Seed = i, Temperature = 0 }, MaxTokens = Tokens, Sink = sinks[i] });
        }
        await Task.WhenAll(sinks.Select(sink => sink.Done));
        return (sinks.Sum(sink => sink.Count) / Stopwatch.GetElapsedTime(began).TotalSeconds, sinks.Average(sink => sink.FirstMs));
    }

    private sealed class Sink(long began) : ITokenSink
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;
        public int Count { get; private set; }
        public double FirstMs { get; private set; }

        public void Started(int promptTokens, int cachedTokens)
        {
        }

        public bool Token(int choice, int token)
        {
            if (Count++ == 0) FirstMs = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            return false;
        }

        public void Finished(int choice, FinishReason reason) => _done.SetResult();
        public void Failed(RunError error) => _done.SetException(new InvalidOperationException(error.Message));
    }
}
