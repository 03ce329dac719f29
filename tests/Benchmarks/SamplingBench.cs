using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Grammars;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>What comes after the engine's own code, as a share of a step, by how tokens are drawn.</summary>
internal static class SamplingBench
{
    private const int Tokens = 150;

    private const string Json = """
        root ::= "[" object ("," object){20} "]"
        object ::= "{\"name\":" string ",\"age\":" [0-9]{1,3} ",\"tags\":[" string ("," string){3} "]}"
        string ::= "\"" ([^"\\\x00-\x1F] | "\\" ["\\bfnrt]){1,20} "\""
        """;

    public static async Task<Table> Run()
    {
        using var model = BundledModel.Load();
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(2048, 4, 8192, Threads: BundledModel.Threads));
        var json = OutputGrammar.Compile(new OutputConstraint(Json, []), new HashSet<int>());
        var always = new SamplingExtras { IgnoreEnd = true };
        (string Name, Sampling Sampling, OutputGrammar? Grammar)[] kinds =
        [
            ("greedy", new() { Seed = 1, Temperature = 0, Extras = always }, null),
            ("temperature 1", new() { Seed = 1, Extras = always }, null),
            ("top-k 40, top-p 0.95", new() { Seed = 1, TopK = 40, TopP = 0.95f, Extras = always }, null),
            ("min-p 0.05, penalties", new() { Seed = 1, MinP = 0.05f, FrequencyPenalty = 0.2f, RepeatPenalty = 1.1f, Extras = always }, null),
            ("greedy, 5 log-probabilities", new() { Seed = 1, Temperature = 0, Logprobs = 5, Extras = always }, null),
            ("JSON grammar", new() { Seed = 1, Temperature = 0.7f }, json),
        ];
        var table = new Table().AddColumns("drawn", "streams", "tokens/s", "after the engine, µs a token", "% of a step");
        foreach (var (name, sampling, grammar) in kinds)
        {
            await All(batcher, sampling, grammar, 1);
            foreach (var streams in (int[])[1, 4])
            {
                var before = batcher.Report();
                var perSecond = await All(batcher, sampling, grammar, streams);
                var after = batcher.Report();
                double overhead = after.OverheadMicros - before.OverheadMicros, decode = after.DecodeMicros - before.DecodeMicros;
                table.AddRow(name, $"{streams}", $"{perSecond:F0}", $"{overhead / (after.CompletionTokens - before.CompletionTokens):F0}", $"{100 * overhead / (overhead + decode):F2}");
            }
        }

        return table.Caption($"{batcher.Options.Threads} engine thread(s), at most {Tokens} tokens a stream, the reading of the prompts included");

        async Task<double> All(ContinuousBatcher batcher, Sampling sampling, OutputGrammar? grammar, int streams)
        {
            var drawn = await Task.WhenAll(Enumerable.Range(0, streams).Select(i => Drawing.Of(batcher, model, $"Describe person number {i}.", sampling with { Seed = i }, Tokens, request => request with { Grammar = grammar })));
            return drawn.Sum(drawing => drawing.TokensPerSecond);
        }
    }
}
