using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Speculation;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>Tokens a second of one stream with guesses from the text and without, in turn: on a text that repeats itself, and on one that does not.</summary>
internal static class SpeculationBench
{
    private const int Pairs = 5, Tokens = 120;

    private const string Passage = "The harbour master opens the gate at six, counts the boats that came in at night, writes their names into the long green book and rings the bell once for each of them.";

    private static readonly (string Name, string Text, Sampling Sampling)[] Texts =
    [
        ("repeats itself", $"Repeat this text five times, word for word: {Passage} {Passage} {Passage}", new() { Seed = 1, Temperature = 0, Extras = new SamplingExtras { IgnoreEnd = true } }),
        ("does not", "Write a story with many unusual words.", new() { Seed = 1, Temperature = 1.5f, Extras = new SamplingExtras { IgnoreEnd = true } }),
    ];

    public static async Task<Table> Run()
    {
        using var model = BundledModel.Load();
        var options = new BatcherOptions(2048, 1, 2048, Threads: BundledModel.Threads);
        await using var plain = new ContinuousBatcher(model, options);
        await using var guessing = new ContinuousBatcher(model, options with { Speculation = new SpeculationOptions() });
        var table = new Table().AddColumns("the text", "without, tokens/s", "with", "ratio", "guesses right and wrong, a run");
        foreach (var (name, text, sampling) in Texts)
        {
            var (without, with, ratios) = (new List<double>(), new List<double>(), new List<double>());
            Drawing? last = null;
            for (var pair = -1; pair < Pairs; pair++)
            {
                var one = await Drawing.Of(plain, model, text, sampling, Tokens);
                last = await Drawing.Of(guessing, model, text, sampling, Tokens);
                if (pair < 0) continue;
                without.Add(one.TokensPerSecond);
                with.Add(last.TokensPerSecond);
                ratios.Add(last.TokensPerSecond / one.TokensPerSecond);
            }

            table.AddRow(name, $"{Middle(without):F0}", $"{Middle(with):F0}", $"{Middle(ratios):F2} ({ratios.Min():F2}–{ratios.Max():F2})", $"{last!.Accepted} / {last.Rejected}");
        }

        return table.Caption($"{options.Threads} engine thread(s), {Pairs} pairs, {Tokens} tokens, medians");
    }

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
