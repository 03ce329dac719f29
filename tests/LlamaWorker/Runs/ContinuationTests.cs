using System.Text;
using Platform.Contracts.Runs;

namespace Platform.LlamaWorker.Tests.Runs;

/// <summary>A generation cut after any token and continued by a run that only knows the tokens so far is byte for byte the uninterrupted one.</summary>
public sealed class ContinuationTests
{
    private static readonly Sampling Sampled = new() { Seed = 41 };

    /// <summary>Name, and what is asked for.</summary>
    public static TheoryData<string, RunChat> Requests => new()
    {
        { "greedy", Request() with { Sampling = Sampled with { Temperature = 0 } } },
        { "sampled", Request() with { Sampling = Sampled } },
        { "hot, so that characters are cut in two", Request() with { Sampling = Sampled with { Seed = 5, Temperature = 2 }, MaxTokens = 120 } },
        { "top k, top p, min p", Request() with { Sampling = Sampled with { TopK = 12, TopP = 0.9f, MinP = 0.02f } } },
        { "penalties", Request() with { MaxTokens = 200, Sampling = Sampled with { Seed = 11, PresencePenalty = 1.2f, FrequencyPenalty = 0.7f, RepeatPenalty = 1.3f } } },
        { "three choices that end at different times", Request() with { Sampling = Sampled with { Seed = 11 }, Choices = 3, MaxTokens = 200 } },
        { "a stop string over several tokens", Request() with { Sampling = Sampled, Stop = ["the cat", " and the"], MaxTokens = 200 } },
        { "stop strings that come close", Request() with { Sampling = Sampled with { Seed = 3 }, Stop = ["the tea houses of the", "the w!", "e t?"], MaxTokens = 120 } },
        { "three choices with stop strings and penalties", Request() with { Sampling = Sampled with { Seed = 11, FrequencyPenalty = 0.5f }, Choices = 3, Stop = ["the road", " hours. The"], MaxTokens = 200 } },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Cut_after_every_token_it_goes_on_as_if_nothing_had_happened(string name, RunChat request)
    {
        await using var worker = await WorkerRig.Start();
        var whole = Choices(await worker.Accept(request), request.Choices);
        Assert.Contains(whole, choice => choice.Tokens.Length > 5);
        var longest = whole.Max(choice => choice.Tokens.Length);

        var runs = Enumerable.Range(0, longest + 1).Select(cut => request with
        {
            GenerationId = $"{name}-{cut}",
            Run = 2,
            // choices run ahead of one another by a little, as they do when frames are lost
            SoFar = [.. whole.Select((choice, i) => choice.Tokens[..Math.Min(choice.Tokens.Length, Math.Max(0, cut - i))])],
        }).ToList();
        foreach (var run in runs) await worker.Runs.Accept(run);
        foreach (var run in runs)
        {
            var continued = Choices(await worker.Finish(run), request.Choices);
            for (var i = 0; i < request.Choices; i++)
            {
                var cut = run.SoFar[i].Length;
                Assert.Equal(cut, continued[i].From);
                Assert.Equal(whole[i].Tokens[cut..], continued[i].Tokens);
                Assert.Equal(whole[i].Shares[cut..], continued[i].Shares);
                Assert.Equal((whole[i].Finish, 1), (continued[i].Finish, continued[i].Finishes));
            }
        }
    }

    [Fact]
    public async Task A_generation_survives_a_cut_after_each_of_its_tokens_in_turn()
    {
        await using var worker = await WorkerRig.Start();
        var request = Request() with { Sampling = Sampled with { Seed = 5, Temperature = 1.5f, FrequencyPenalty = 0.3f }, Stop = ["zzz"], MaxTokens = 60 };
        var whole = Choices(await worker.Accept(request), 1)[0];
        var (tokens, text) = (new List<int>(), new StringBuilder());
        for (var run = 2; tokens.Count < whole.Tokens.Length; run++)
        {
            var continued = Choices(await worker.Accept(request with { GenerationId = "in turn", Run = run, SoFar = [[.. tokens]] }), 1)[0];
            tokens.Add(continued.Tokens[0]);
            text.Append(continued.Shares[0]);
        }

        Assert.Equal(whole.Tokens, tokens);
        Assert.Equal(string.Concat(whole.Shares), text.ToString());
    }

    [Fact]
    public async Task A_continued_run_can_be_sent_again_from_its_first_token_on()
    {
        await using var worker = await WorkerRig.Start();
        var request = Request() with { Sampling = Sampled, MaxTokens = 60 };
        var whole = Choices(await worker.Accept(request), 1)[0];
        var run = request with { GenerationId = "again", Run = 2, SoFar = [whole.Tokens[..(whole.Tokens.Length / 2)]] };
        await worker.Accept(run);
        await worker.Runs.Attach(new AttachRun("again", 2, "other", [0]));
        var again = Choices(await worker.Finish(run, "other"), 1)[0];
        Assert.Equal((0, whole.Finish), (again.From, again.Finish));
        Assert.Equal(whole.Tokens, again.Tokens);
        Assert.Equal(whole.Shares, again.Shares);
    }

    private static RunChat Request() => WorkerRig.Run(maxTokens: 80, generation: "whole");

    private static Choice[] Choices(Received received, int choices)
    {
        Assert.Null(received.Error);
        return [.. Enumerable.Range(0, choices).Select(choice => Choice.Of([.. received.Of(choice)]))];
    }

    private sealed record Choice(int From, int[] Tokens, string[] Shares, FinishReason? Finish, int Finishes)
    {
        public static Choice Of(Frame[] frames) => new(
            frames[0].From,
            [.. frames.SelectMany(frame => frame.Tokens)],
            [.. frames.SelectMany(frame => frame.TextEnds.Select((end, i) => Encoding.UTF8.GetString(frame.Text[(i == 0 ? 0 : frame.TextEnds[i - 1])..end])))],
            frames[^1].Finish,
            frames.Count(frame => frame.Finish is not null));
    }
}
