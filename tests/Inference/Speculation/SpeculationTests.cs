using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Bigram;
using Platform.Inference.Speculation;
using Platform.Inference.Tests.Batching;

namespace Platform.Inference.Tests.Speculation;

/// <summary>Speculation changes how many steps a generation takes, never what it says.</summary>
public sealed class SpeculationTests : IDisposable
{
    private const string Refrain = "<|im_start|>user\nthe rain falls on the road and the house, the rain falls on the road and the house, the rain falls<|im_end|>\n";

    private static readonly Sampling Penalised = new() { Seed = 77, Temperature = 1, TopP = 0.95f, RepeatPenalty = 1.2f, FrequencyPenalty = 0.3f, PresencePenalty = 0.2f };

    private readonly HistoryModel model = new() { Endless = true };
    private readonly BigramModel plain = new(new BigramOptions());

    public static TheoryData<string, string> Ways
    {
        get
        {
            var ways = new TheoryData<string, string>();
            foreach (var drafter in (string[])["lookup", "itself", "another"])
                foreach (var kind in (string[])["greedy", "seeded", "penalised"]) ways.Add(drafter, kind);
            return ways;
        }
    }

    public void Dispose()
    {
        model.Dispose();
        plain.Dispose();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Eight_generations_say_what_they_say_without(string drafter, string kind)
    {
        await using var batcher = Batcher(drafter);
        var prompts = Enumerable.Range(0, 8).Select(i => model.Prompt($"{Refrain}{string.Concat(Enumerable.Repeat("the tea house ", i * 3))}{i}")).ToArray();
        var running = prompts.Select((prompt, i) => batcher.Begin(prompt, How(kind, i), 60, request => request with { Choices = 1 + (i % 3) }).Sink).ToArray();
        for (var i = 0; i < running.Length; i++)
        {
            await running[i].Ended();
            for (var choice = 0; choice <= i % 3; choice++) Assert.Equal(Reference.Generate(model, prompts[i], How(kind, i), 60, choice), running[i].Tokens(choice));
        }
    }

    [Theory]
    [InlineData("greedy")]
    [InlineData("seeded")]
    public async Task A_draft_that_agrees_saves_most_of_the_steps_and_is_counted(string kind)
    {
        await using var batcher = Batcher("itself");
        var steps = 0;
        model.OnDecode = reads =>
        {
            steps += reads.Count(read => read.Row >= 0) > 1 ? 1 : 0;
            return Engine.DecodeStatus.Ok;
        };
        var sink = await batcher.Run(model.Prompt(Refrain), How(kind, 3), 61);
        Assert.Equal(61, sink.Total);
        Assert.Equal((53, 0), sink.Guesses); // six steps of eight guesses and one of five, beside the first token and one after each step
        Assert.Equal(7, steps);
    }

    [Fact]
    public async Task A_repetition_is_found_in_the_text_and_in_the_prediction()
    {
        // the plain bigram model says the same after the same token, so that what it repeats can be found
        await using var batcher = new ContinuousBatcher(plain, new BatcherOptions(512, 1, 512) { Speculation = new SpeculationOptions { Always = true } });
        var prompt = plain.Prompt(Refrain);
        var sink = await batcher.Run(prompt, Harness.Greedy, 100);
        Assert.True(sink.Guesses.Accepted > 20, $"{sink.Guesses} of {sink.Total}");
        var predicted = await batcher.Run(prompt, Harness.Greedy, 100, request => request with { Prediction = sink.Tokens() });
        Assert.Equal(sink.Tokens(), predicted.Tokens());
        Assert.True(predicted.Guesses.Accepted >= sink.Guesses.Accepted && predicted.Guesses.Rejected <= sink.Guesses.Rejected, $"{predicted.Guesses} with, {sink.Guesses} without");
    }

    [Fact]
    public async Task Allowance_length_and_stops_end_where_they_do_without()
    {
        await using var batcher = Batcher("itself");
        var prompt = model.Prompt(Refrain);
        var whole = Reference.Generate(model, prompt, Penalised, 40);
        foreach (var length in (int[])[1, 2, 9, 10, 40]) Assert.Equal(whole[..length], (await batcher.Run(prompt, Penalised, length)).Tokens());

        var (paused, handle) = batcher.Begin(prompt, Penalised, 40, request => request with { Allowance = 5 });
        await Harness.Until(() => paused.Total == 5);
        await batcher.Run(prompt, Harness.Seeded(9), 10);
        Assert.Equal(5, paused.Total);
        handle.Allow(23, final: true);
        Assert.Equal(whole[..23], (await paused.Ended()).Tokens());

        var seen = 0;
        var (stopped, _) = batcher.Begin(prompt, Penalised, 40, onToken: (_, _) => ++seen == 12);
        Assert.Equal(whole[..12], (await stopped.Ended()).Tokens());
    }

    [Fact]
    public async Task A_cache_that_is_full_is_not_overrun_and_is_empty_of_wrong_guesses()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(128, 6, 160, PrefillChunk: 16) { Speculation = new SpeculationOptions(plain) { Always = true } });
        var prompts = Enumerable.Range(0, 12).Select(i => model.Prompt($"{i} is the number of the soup, and the soup is {i}")).ToArray();
        var running = prompts.Select((prompt, i) => batcher.Begin(prompt, Penalised with { Seed = i }, 80).Sink).ToArray();
        for (var i = 0; i < running.Length; i++) Assert.Equal(Reference.Generate(model, prompts[i], Penalised with { Seed = i }, 80), (await running[i].Ended()).Tokens());
        Assert.Equal((0, 0), (batcher.Report().Running, batcher.Report().Waiting));
    }

    [Theory]
    [InlineData(1, 0.9, 0)] // a further token takes as long as a step of its own
    [InlineData(0, 0.5, 8)] // nothing is known of the cost yet
    [InlineData(0.1, 0.5, 3)] // 0.5³ is more than 0.1, 0.5⁴ is less
    [InlineData(0.1, 0.9, 8)]
    [InlineData(0.5, 0.4, 0)]
    public void As_much_is_guessed_as_pays(double price, double acceptance, int expected) => Assert.Equal(expected, Speculator.Paying(price, acceptance, most: 8));

    private ContinuousBatcher Batcher(string drafter) =>
        new(model, new BatcherOptions(512, 8, 4096, PrefillChunk: 16) { Speculation = new SpeculationOptions(drafter switch { "lookup" => null, "itself" => model, _ => plain }) { Always = true } });

    private static Sampling How(string kind, int i) => kind switch { "greedy" => Harness.Greedy, "seeded" => Harness.Seeded(i), _ => Penalised with { Seed = i } };
}
