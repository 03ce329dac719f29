using System.Text;
using System.Text.Json;
using Platform.Contracts.Runs;

namespace Platform.LlamaWorker.Tests.Runs;

public sealed class LogprobTests
{
    [Fact]
    public async Task Each_token_the_client_sees_has_its_log_probability_and_their_bytes_are_the_text()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(maxTokens: 60) with { Sampling = new() { Seed = 3, Logprobs = 4 } };
        var received = await worker.Accept(run);
        Assert.All(received.Frames, frame => Assert.Equal(frame.Tokens.Length, frame.Logprobs.Length));
        var shown = Shown(received);
        Assert.Equal(received.Text(), Text(shown));
        Assert.All(shown, one => Assert.True(one.Logprob <= 0 && one.Top.Count == 4 && one.Top[0].Logprob >= one.Logprob));
        Assert.All(shown, one => Assert.Equal(one.Top.OrderByDescending(top => top.Logprob), one.Top));
        Assert.All((await worker.Accept(run with { GenerationId = "plain", Sampling = new() { Seed = 3 } })).Frames, frame => Assert.Empty(frame.Logprobs));
    }

    [Fact]
    public async Task Tokens_of_a_stop_string_have_none()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(maxTokens: 200) with { Sampling = new() { Seed = 5, Logprobs = 0 } };
        var whole = await worker.Accept(run);
        var tokens = Shown(whole).Select(one => Encoding.UTF8.GetString(one.Bytes)).ToList();
        for (var at = 10; at < 20; at++)
        {
            // a stop string that begins with a token, ends inside the third after it, and is not met before
            var stop = string.Concat(tokens.Skip(at).Take(3)) + tokens[at + 3][..1];
            if (whole.Text().IndexOf(stop, StringComparison.Ordinal) != string.Concat(tokens.Take(at)).Length) continue;
            var stopped = await worker.Accept(run with { GenerationId = $"stopped-{at}", Stop = [stop] });
            Assert.Equal(at, Shown(stopped).Count);
            Assert.Equal(stopped.Text(), Text(Shown(stopped)));
            return;
        }

        Assert.Fail("No place for a stop string was found.");
    }

    [Fact]
    public async Task A_gateway_that_takes_a_continued_run_over_is_sent_those_of_the_earlier_runs_too()
    {
        await using var worker = await WorkerRig.Start();
        var run = WorkerRig.Run(maxTokens: 60) with { Sampling = new() { Seed = 5, Logprobs = 2 }, Stop = ["zzz"] };
        var whole = await worker.Accept(run);
        var (logprobs, cut) = (whole.Frames.SelectMany(frame => frame.Logprobs).ToList(), whole.Tokens().Length / 2);
        Assert.True(cut > 5);
        await worker.Accept(run with { GenerationId = "continued", Run = 2, SoFar = [whole.Tokens()[..cut]], Logprobs = [logprobs[..cut]] });
        await worker.Runs.Adopt(new AdoptRun("continued", run.ProjectId, "other"));
        var adopted = await worker.Finish(run with { GenerationId = "continued", Run = 2 }, "other");
        Assert.Equal(JsonSerializer.Serialize(logprobs), JsonSerializer.Serialize(adopted.Frames.SelectMany(frame => frame.Logprobs)));
        Assert.Empty(adopted.Frames[0].Adopted!.Logprobs);
    }

    private static List<TokenLogprob> Shown(Received received) => [.. received.Of(0).SelectMany(frame => frame.Logprobs).OfType<TokenLogprob>()];

    private static string Text(IEnumerable<TokenLogprob> shown) => Encoding.UTF8.GetString([.. shown.SelectMany(one => one.Bytes)]);
}
