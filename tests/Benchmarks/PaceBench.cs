using System.Diagnostics;
using System.Text;
using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.LlamaCpp;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>Time between the tokens of seven running streams, undisturbed before and after, and while a prompt of 4,000 tokens is read beside them.</summary>
internal static class PaceBench
{
    private const int Streams = 7, Tokens = 60, Prompt = 4000;

    /// <summary>Streams go on until the prompt is read.</summary>
    private const int Longest = 1500;

    public static async Task<Table> Run()
    {
        using var model = BundledModel.Load();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(8192, 8, 16384, Threads: BundledModel.Threads));
        var (plain, disturbed, reads) = (new List<double>(), new List<double>(), new List<double>());
        await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var bar = progress.AddTask("tokens", maxValue: (3 * Streams * Tokens) + Prompt);
            await Round(batcher, model, 0, bar, null);
            plain.AddRange(await Round(batcher, model, 1, bar, null));
            disturbed.AddRange(await Round(batcher, model, 2, bar, reads));
            plain.AddRange(await Round(batcher, model, 3, bar, null));
        });

        double Percentile(List<double> gaps, double p) => gaps.Order().ElementAt((int)(p * gaps.Count));
        var table = new Table().AddColumns("between two tokens of a stream, ms", "p50", "p99", "most");
        table.AddRow("undisturbed", $"{Percentile(plain, 0.5):F1}", $"{Percentile(plain, 0.99):F1}", $"{plain.Max():F1}");
        table.AddRow($"while a prompt of {Prompt} tokens is read", $"{Percentile(disturbed, 0.5):F1}", $"{Percentile(disturbed, 0.99):F1}", $"{disturbed.Max():F1}");
        table.AddRow("ratio", $"{Percentile(disturbed, 0.5) / Percentile(plain, 0.5):F2}", $"{Percentile(disturbed, 0.99) / Percentile(plain, 0.99):F2}", $"{disturbed.Max() / plain.Max():F2}");
        return table.Caption($"{Streams} streams; the prompt's first token after {reads[0]:F1} s");
    }

    /// <summary>Gaps between the tokens of the streams, of their own or while the prompt is read.</summary>
    private static async Task<List<double>> Round(ContinuousBatcher batcher, LlamaModel model, int round, ProgressTask bar, List<double>? reads)
    {
        var streams = Enumerable.Range(0, Streams).Select(_ => new Sink()).ToArray();
        var handles = streams.Select((stream, i) => batcher.Submit(Request(Text(model, $"Tell me the long story {round} {i} of the sea and the wind."), stream, reads is null ? Tokens : Longest))).ToArray();
        foreach (var stream in streams) await stream.After(20);
        var (began, start) = (Stopwatch.GetTimestamp(), bar.Value);
        if (reads is not null)
        {
            var reader = new Sink();
            var words = string.Join(' ', Enumerable.Range(0, 5 * Prompt).Select(i => "sea wind boat rain tea house".Split(' ')[(i * 7 + round) % 6]));
            batcher.Submit(Request(Text(model, words)[..Prompt], reader, 1));
            var before = batcher.Report();
            while (await Task.WhenAny(reader.Done, Task.Delay(500)) != reader.Done)
            {
                var now = batcher.Report();
                bar.Value = start + Math.Clamp(now.CellsUsed - before.CellsUsed - (now.CompletionTokens - before.CompletionTokens), 0, Prompt);
            }

            await reader.Done;
            reads.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            foreach (var handle in handles) handle.Cancel();
        }

        foreach (var stream in streams) await stream.Done;
        bar.Value = start + (reads is null ? Streams * Tokens : Prompt);
        return [.. streams.SelectMany(stream => stream.Gaps(began))];
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

        public async Task After(int tokens)
        {
            while (_times.Count < tokens && !_done.Task.IsCompleted) await Task.Delay(1);
        }

        /// <summary>In milliseconds, from a timestamp on.</summary>
        public IEnumerable<double> Gaps(long from) => _times.Skip(1).Zip(_times).Where(pair => pair.Second >= from).Select(pair => Stopwatch.GetElapsedTime(pair.Second, pair.First).TotalMilliseconds);

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
