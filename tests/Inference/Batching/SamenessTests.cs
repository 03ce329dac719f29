using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Bigram;

namespace Platform.Inference.Tests.Batching;

/// <summary>Whatever else goes on, a generation gives the tokens it gives alone.</summary>
public sealed class SamenessTests : IDisposable
{
    private static readonly Sampling Penalised = new() { Seed = 77, Temperature = 1, TopP = 0.95f, RepeatPenalty = 1.2f, FrequencyPenalty = 0.3f, PresencePenalty = 0.2f };
    private readonly HistoryModel model = new();

    public void Dispose() => model.Dispose();

    public static TheoryData<string> Kinds => ["greedy", "seeded", "penalised"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Eight_staggered_generations_each_say_what_they_say_alone(string kind)
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 8, 4096, PrefillChunk: 16));
        var prompts = Enumerable.Range(0, 8).Select(i => model.Prompt($"<|im_start|>user\n{string.Concat(Enumerable.Repeat("the tea house ", i * 3))}{i}")).ToArray();
        var running = new List<Recorder>();
        for (var i = 0; i < 8; i++)
        {
            running.Add(batcher.Begin(prompts[i], How(kind, i), 60).Sink);
            await Harness.Until(() => running[^1].Total >= 3 || running[^1].Reason() is not null);
        }

        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(Reference.Generate(model, prompts[i], How(kind, i), 60), (await running[i].Ended()).Tokens());
        }
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(11, true)]
    [InlineData(4, false)]
    [InlineData(11, false)]
    public async Task Choices_share_one_reading_of_the_prompt_and_each_draws_its_own(int choices, bool canTrim)
    {
        using var model = new HistoryModel(new BigramOptions(CanTrim: canTrim));
        var read = 0;
        model.OnDecode = reads =>
        {
            read += reads.Count;
            return Engine.DecodeStatus.Ok;
        };
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 4, 2048, PrefillChunk: 16));
        var prompt = model.Prompt("<|im_start|>user\nWhen the rain comes, the road is empty and the house is quiet. What does the owner say?<|im_end|>\n");
        var sink = await batcher.Run(prompt, Penalised, 30, request => request with { Choices = choices });
        var readAtAll = read;
        for (var choice = 0; choice < choices; choice++)
        {
            Assert.Equal(Reference.Generate(model, prompt, Penalised, 30, choice), sink.Tokens(choice));
        }

        Assert.True(choices < 2 || !sink.Tokens(0).SequenceEqual(sink.Tokens(1)));
        Assert.Equal((prompt.Length, 0), sink.Begun);

        // Each token drawn but the last of a choice is read once; a choice that had to wait for a slot reads the last prompt token again.
        var again = canTrim || choices <= 4 ? Math.Max(0, choices - 4) : (choices - 4) * prompt.Length;
        Assert.InRange(readAtAll - (sink.Total - choices), prompt.Length, prompt.Length + again);
        Assert.Equal(prompt.Length, batcher.Report().PromptTokens);
    }

    [Fact]
    public async Task A_cache_too_small_for_all_gives_the_same_tokens_as_a_large_one()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(128, 6, 160, PrefillChunk: 16));
        var most = 0;
        model.OnDecode = _ =>
        {
            most = Math.Max(most, batcher.Report().CellsUsed);
            return Engine.DecodeStatus.Ok;
        };
        var prompts = Enumerable.Range(0, 12).Select(i => model.Prompt($"{i} is the number of the soup, and the soup is {i}")).ToArray();
        var running = prompts.Select((prompt, i) => batcher.Begin(prompt, Penalised with { Seed = i }, 80, request => request with { Choices = 1 + i % 3 }).Sink).ToArray();
        for (var i = 0; i < running.Length; i++)
        {
            await running[i].Ended();
            for (var choice = 0; choice < 1 + i % 3; choice++)
            {
                Assert.Equal(Reference.Generate(model, prompts[i], Penalised with { Seed = i }, 80, choice), running[i].Tokens(choice));
            }
        }

        Assert.InRange(most, 120, 160);
        Assert.Equal(0, model.Refusals);
        Assert.Equal(prompts.Sum(prompt => prompt.Length), batcher.Report().PromptTokens);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_generation_resumed_anywhere_goes_on_as_it_would_have(bool canTrim)
    {
        using var model = new HistoryModel(new BigramOptions(CanTrim: canTrim));
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 4, 2048));
        var prompt = model.Prompt("<|im_start|>user\nthe tea house<|im_end|>\n<|im_start|>assistant\n");
        var whole = Enumerable.Range(0, 3).Select(choice => Reference.Generate(model, prompt, Penalised, 40, choice)).ToArray();
        for (var k = 0; k <= 40; k++)
        {
            int[][] soFar = [whole[0][..Math.Min(k, whole[0].Length)], whole[1][..Math.Min(k / 2, whole[1].Length)], []];
            var sink = await batcher.Run(prompt, Penalised, 40, request => request with { Choices = 3, SoFar = soFar });
            for (var choice = 0; choice < 3; choice++)
            {
                Assert.Equal(whole[choice], soFar[choice].Concat(sink.Tokens(choice)));
                Assert.Equal(model.IsEnd(whole[choice][^1]) ? FinishReason.Stop : FinishReason.Length, sink.Reason(choice));
            }
        }
    }

    [Fact]
    public async Task Choices_that_had_ended_are_not_gone_on_with()
    {
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 4, 2048));
        var prompt = model.Prompt("the tea house");
        var whole = Reference.Generate(model, prompt, Penalised, 20, choice: 1);
        var sink = new Recorder(2);
        batcher.Submit(new SequenceRequest { Prompt = prompt, Sampling = Penalised, MaxTokens = 20, Choices = 2, SoFar = [[5, 6], whole[..4]], Ended = [0], Sink = sink });
        await Harness.Until(() => sink.Reason(1) is not null);
        Assert.Equal(whole[4..], sink.Tokens(1));
        Assert.Equal((0, null), (sink.Count(0), sink.Reason(0)));
        await Harness.Until(() => batcher.Report() is { Running: 0, Waiting: 0 });
    }

    private static Sampling How(string kind, int i) => kind switch
    {
        "greedy" => Harness.Greedy,
        "seeded" => Harness.Seeded(i),
        _ => Penalised with { Seed = i },
    };
}
