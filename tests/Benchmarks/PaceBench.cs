using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.LlamaCpp;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>Time between the tokens of seven streams, one answer of 400 tokens after the other: undisturbed before and after, and while a prompt of 4,000 tokens is read beside them.</summary>
internal static class PaceBench
{
    private const int Streams = 7, Answer = 400, Undisturbed = 120, Prompt = 4000;

    public static async Task<Table> Run()
    {
        using var model = BundledModel.Load();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(8192, 8, 16384, Threads: BundledModel.Threads));
        using var end = new CancellationTokenSource();
        var sinks = new ConcurrentQueue<Sink>();
        var streams = Enumerable.Range(0, Streams).Select(number => Talk(batcher, model, number, sinks, end.Token)).ToArray();
        var (before, reading, after, read) = (0L, 0L, 0L, 0.0);
        await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var bar = progress.AddTask("tokens", maxValue: (3 * Streams * Undisturbed) + Prompt);
            await Drawn(batcher, bar);
            before = Stopwatch.GetTimestamp();
            await Drawn(batcher, bar);
            reading = Stopwatch.GetTimestamp();
            await Read(batcher, model, bar);
            after = Stopwatch.GetTimestamp();
            read = Stopwatch.GetElapsedTime(reading, after).TotalSeconds;
            await Drawn(batcher, bar);
        });
        var over = Stopwatch.GetTimestamp();
        await end.CancelAsync();
        await Task.WhenAll(streams);

        List<double> plain = [.. sinks.SelectMany(sink => sink.Gaps(before, reading).Concat(sink.Gaps(after, over)))], disturbed = [.. sinks.SelectMany(sink => sink.Gaps(reading, after))];
        double Percentile(List<double> gaps, double p) => gaps.Order().ElementAt((int)(p * gaps.Count));
        var table = new Table().AddColumns("between two tokens of a stream, ms", "p50", "p99", "most");
        table.AddRow("undisturbed", $"{Percentile(plain, 0.5):F1}", $"{Percentile(plain, 0.99):F1}", $"{plain.Max():F1}");
        table.AddRow($"while a prompt of {Prompt} tokens is read", $"{Percentile(disturbed, 0.5):F1}", $"{Percentile(disturbed, 0.99):F1}", $"{disturbed.Max():F1}");
        table.AddRow("ratio", $"{Percentile(disturbed, 0.5) / Percentile(plain, 0.5):F2}", $"{Percentile(disturbed, 0.99) / Percentile(plain, 0.99):F2}", $"{disturbed.Max() / plain.Max():F2}");
        return table.Caption($"{Streams} streams; the prompt's first token after {read:F1} s");
    }

    /// <summary>One answer after the other.</summary>
    private static async Task Talk(ContinuousBatcher batcher, LlamaModel model, int number, ConcurrentQueue<Sink> sinks, CancellationToken end)
    {
        for (var turn = 0; !end.IsCancellationRequested; turn++)
        {
            var sink = new Sink();
            sinks.Enqueue(sink);
            var handle = batcher.Submit(Request(Text(model, $"Tell me the long story {turn} {number} of the sea and the wind."), sink, Answer));
            await using var ending = end.Register(handle.Cancel);
            await sink.Done;
        }
    }

    /// <summary>Until each stream has so many tokens more.</summary>
    private static async Task Drawn(ContinuousBatcher batcher, ProgressTask bar)
    {
        var (before, start) = (batcher.Report().CompletionTokens, bar.Value);
        while (batcher.Report().CompletionTokens - before is var drawn && drawn < Streams * Undisturbed)
        {
            bar.Value = start + drawn;
            await Task.Delay(100);
        }

        bar.Value = start + (Streams * Undisturbed);
    }

    private static async Task Read(ContinuousBatcher batcher, LlamaModel model, ProgressTask bar)
    {
        var (reader, start) = (new Sink(), bar.Value);
        var words = string.Join(' ', Enumerable.Range(0, 5 * Prompt).Select(i => "sea wind boat rain tea house".Split(' ')[i * 7 % 6]));
        batcher.Submit(Request(Text(model, words)[..Prompt], reader, 1));
        var cells = batcher.Report().CellsUsed;
        while (await Task.WhenAny(reader.Done, Task.Delay(500)) != reader.Done) bar.Value = Math.Max(bar.Value, start + Math.Clamp(batcher.Report().CellsUsed - cells, 0, Prompt)); // streams begin anew: about
        await reader.Done;
        bar.Value = start + Prompt;
    }

    private static SequenceRequest Request(int[] prompt, Sink sink, int tokens) =>
        new() { Prompt = prompt, Sampling = new Sampling { Seed = 1, Temperature = 0, Extras = new SamplingExtras { IgnoreEnd = true } }, MaxTokens = tokens, Sink = sink };

    private static int[] Text(LlamaModel model, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes($"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n");
        var tokens = new int[utf8.Length];
        return tokens[..model.Tokenize(utf8, tokens, addSpecial: false, parseSpecial: true)];
    }

    private sealed class Sink : ITokenSink
    {
        private readonly List<long> _times = [];
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        /// <summary>In milliseconds, of tokens between two timestamps.</summary>
        public IEnumerable<double> Gaps(long from, long to) => _times.Skip(1).Zip(_times).Where(pair => pair.Second >= from && pair.First < to).Select(pair => Stopwatch.GetElapsedTime(pair.Second, pair.First).TotalMilliseconds);

        public void Started(int promptTokens, int cachedTokens)
        {
        }

        public bool Token(int choice, int token)
        {
            _times.Add(Stopwatch.GetTimestamp());
            return false;
        }

        public void Finished(int choice, FinishReason reason) => _done.TrySetResult();

        public void Failed(RunError error) => _done.TrySetException(new InvalidOperationException(error.Message));
    }
}
