using System.Diagnostics;
using System.Globalization;
using System.Text;
using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.LlamaCpp;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>
/// The bundled model under random load with random cancels, for <c>PLATFORM_SOAK_MINUTES</c> (1 where it is not set): whether slots and cells are given back and memory stays flat.
/// </summary>
internal static class SoakBench
{
    private const int Clients = 12, Slots = 8, Cells = 8192, Context = 1024;

    public static async Task<Table> Run()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("PLATFORM_SOAK_MINUTES") ?? "1", CultureInfo.InvariantCulture);
        using var model = BundledModel.Load();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(Context, Slots, Cells, Threads: BundledModel.Threads, HostCacheTokens: Cells));
        using var until = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        var (tally, samples) = (new Tally(), new List<(double Minute, double Megabytes)>());
        var watch = Stopwatch.StartNew();
        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Client(batcher, model, new Random(i), tally, until.Token)));
        var (mostCells, mostOnHost) = (0, 0);
        await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var bar = progress.AddTask("random load", maxValue: minutes);
            while (!load.IsCompleted)
            {
                await Task.WhenAny(load, Task.Delay(TimeSpan.FromSeconds(1)));
                bar.Value = watch.Elapsed.TotalMinutes;
                samples.Add((watch.Elapsed.TotalMinutes, Environment.WorkingSet / 1048576.0));
                var now = batcher.Report();
                (mostCells, mostOnHost) = (Math.Max(mostCells, now.CellsUsed), Math.Max(mostOnHost, now.HostTokens));
            }
        });
        await load;

        var left = batcher.Report();
        var settled = samples.Where(sample => sample.Minute >= watch.Elapsed.TotalMinutes / 4).ToList();
        return new Table().AddColumns("what", "figure")
            .AddRow("generations ended / cancelled / failed", $"{tally.Ended} / {tally.Cancelled} / {tally.Failed}")
            .AddRow("tokens drawn", $"{left.CompletionTokens}")
            .AddRow("choices running / waiting at the end", $"{left.Running} / {left.Waiting}")
            .AddRow("most cells used, of", $"{mostCells} / {Cells}")
            .AddRow("most tokens kept on the host, of", $"{mostOnHost} / {Cells}")
            .AddRow("resident memory: first quarter's end / end, MiB", $"{settled[0].Megabytes:F0} / {settled[^1].Megabytes:F0}")
            .AddRow("its slope after the first quarter / in the last half, MiB a minute", $"{Slope(settled):F2} / {Slope(settled[(settled.Count / 3)..]):F2}")
            .Caption($"{watch.Elapsed.TotalMinutes:F1} minutes, {Clients} clients on {Slots} slots");
    }

    private static async Task Client(ContinuousBatcher batcher, LlamaModel model, Random random, Tally tally, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            // some prompts begin alike, so that prefixes are found, shared, kept on the host and pushed out again
            var text = new StringBuilder($"<|im_start|>system\nYou are assistant {random.Next(4)}.<|im_end|>\n<|im_start|>user\n");
            for (var words = random.Next(random.Next(10) == 0 ? 500 : 60); words >= 0; words--) text.Append("sea wind boat rain tea house "[(random.Next(5) * 5)..].AsSpan(0, 4)).Append(' ');
            var utf8 = Encoding.UTF8.GetBytes(text.Append("<|im_end|>\n<|im_start|>assistant\n").ToString());
            var prompt = new int[utf8.Length + 1];
            prompt = prompt[..Math.Min(Context - 100, model.Tokenize(utf8, prompt, addSpecial: false, parseSpecial: true))];
            var choices = random.Next(6) == 0 ? 3 : 1;
            var sink = new Sink(choices);
            var handle = batcher.Submit(new SequenceRequest
            {
                Prompt = prompt,
                Sampling = new Sampling { Seed = random.NextInt64(), Temperature = random.Next(3) == 0 ? 0 : 1, TopP = 0.95f, RepeatPenalty = random.Next(4) == 0 ? 1.1f : 1, Deterministic = random.Next(20) == 0 },
                Choices = choices,
                MaxTokens = random.Next(1, 80),
                Tenant = $"{random.Next(3)}",
                Sink = sink,
            });
            if (random.Next(3) == 0)
            {
                await Task.WhenAny(sink.Done, Task.Delay(random.Next(2000), CancellationToken.None));
                handle.Cancel();
            }

            tally.Count(await sink.Done);
        }
    }

    /// <summary>Least squares.</summary>
    private static double Slope(List<(double Minute, double Megabytes)> samples)
    {
        var (x, y) = (samples.Average(sample => sample.Minute), samples.Average(sample => sample.Megabytes));
        return samples.Sum(sample => (sample.Minute - x) * (sample.Megabytes - y)) / samples.Sum(sample => (sample.Minute - x) * (sample.Minute - x));
    }

    private sealed class Tally
    {
        private int _ended, _cancelled, _failed;

        public int Ended => _ended;
        public int Cancelled => _cancelled;
        public int Failed => _failed;

        public void Count(FinishReason? reason) => Interlocked.Increment(ref reason is null ? ref _failed : ref reason == FinishReason.Cancelled ? ref _cancelled : ref _ended);
    }

    private sealed class Sink(int open) : ITokenSink
    {
        private readonly TaskCompletionSource<FinishReason?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _open = open;

        /// <summary>Null: it failed.</summary>
        public Task<FinishReason?> Done => _done.Task;

        public void Started(int promptTokens, int cachedTokens)
        {
        }

        public bool Token(int choice, int token) => false;

        public void Finished(int choice, FinishReason reason)
        {
            if (--_open == 0) _done.TrySetResult(reason);
        }

        public void Failed(RunError error) => _done.TrySetResult(null);
    }
}
