using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Chat;

/// <summary>A stream whose connection was lost goes on through a gateway that has never heard of it.</summary>
public class ReconnectTests
{
    private static readonly string[][] Words = [["Hel", "lo", "", " 日本", "!"], ["a", "", "b"]];

    [Fact]
    public async Task After_every_event_the_rest_is_what_the_uninterrupted_stream_had()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "stream":true,"n":2,"stream_options":{"include_usage":true} """);
        var run = await gateway.Worker.Next<RunChat>();
        await SendAll(gateway, run, oneByOne: true);
        await using var stream = new EventStream(await asked);
        var (lines, ids) = (new List<string>(), new List<string?>());
        while (await stream.Line() is { } line)
        {
            lines.Add(line);
            ids.Add(stream.LastId);
        }

        await gateway.Worker.Next<CloseRun>();
        Assert.Equal(lines.Count - 1, ids.Distinct().Count()); // [DONE] has none of its own
        gateway.Grains.Pool.Running[run.GenerationId] = "w1";
        for (var cut = 0; cut < lines.Count; cut++)
        {
            var again = Again(gateway, run, ids[cut]!, asHeader: cut % 2 == 0);
            await Adopted(gateway, run);
            await SendAll(gateway, run, oneByOne: cut % 3 == 0);
            await using var rest = new EventStream(await again);
            var received = await rest.Rest();
            Assert.Equal(cut == lines.Count - 1 ? lines[^1..] : lines[(cut + 1)..], received);
            await gateway.Worker.Next<CloseRun>();
        }
    }

    [Fact]
    public async Task It_is_billed_to_the_key_that_asked_first_and_recorded_once_it_has_ended()
    {
        await using var gateway = await GatewayHost.Start();
        var run = await Run(gateway);
        await gateway.Ledger.Next();
        run = run with { Allowance = 512, Record = run.Record! with { Figures = run.Record.Figures with { KeyId = "key_first" } } };
        gateway.Grains.Pool.Running[run.GenerationId] = "w1";
        var again = Again(gateway, run, "");
        await Adopted(gateway, run);
        await SendAll(gateway, run, oneByOne: false);
        await using var stream = new EventStream(await again);
        await stream.Rest();
        var recorded = await gateway.Ledger.Next();
        Assert.Equal((Outcome.Completed, "key_first", run.GenerationId, 12, 5), (recorded.Outcome, recorded.Figures.KeyId, recorded.Figures.GenerationId, recorded.Figures.PromptTokens, recorded.Figures.CompletionTokens));
        Assert.Equal(run.Record!.Figures.StartedAt, recorded.Figures.StartedAt);
        Assert.Contains(gateway.Grains.Quota.Offered, one => one.GenerationId == run.GenerationId && one.KeyId == "key_first");
        Assert.Contains($"{run.GenerationId}/1", gateway.Grains.Pool.Released);
    }

    [Fact]
    public async Task When_the_worker_is_lost_after_that_the_generation_goes_on_elsewhere()
    {
        await using var gateway = await GatewayHost.Start();
        var second = await gateway.AddWorker("w2");
        gateway.Grains.Pool.Workers = ["w1", "w2"];
        var run = await Run(gateway);
        gateway.Grains.Pool.Running[run.GenerationId] = "w1";
        var again = Again(gateway, run, "3");
        await Adopted(gateway, run);
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, Words[0][..3]));
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.WorkerUnavailable, from: 3));
        var continued = await second.Next<RunChat>();
        Assert.Equal((2, 3), (continued.Run, continued.SoFar[0].Length));
        await second.Send(continued, second.Tokens(continued, 3, Words[0][3..], FinishReason.Stop));
        await using var stream = new EventStream(await again);
        Assert.Equal([" 日本", "!"], await stream.Texts(2));
    }

    [Fact]
    public async Task A_connection_that_is_still_there_is_told_that_another_one_has_it()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, Words[0][..2]));
        await using var first = new EventStream(await asked);
        Assert.Equal(["Hel", "lo"], await first.Texts(2));
        gateway.Grains.Pool.Running[run.GenerationId] = "w1";

        var again = Again(gateway, run, first.LastId!);
        await Adopted(gateway, run);
        await SendAll(gateway, run, oneByOne: false);
        await using var second = new EventStream(await again);
        Assert.Equal([" 日本", "!"], await second.Texts(2));
        Assert.Contains("generation_taken_over", (await first.Rest())[^1], StringComparison.Ordinal);
        await second.Rest();
        Assert.Equal(Outcome.Completed, (await gateway.Ledger.Next()).Outcome);
        Assert.True(gateway.Ledger.IsEmpty);
    }

    [Fact]
    public async Task A_gateway_whose_generation_was_taken_over_by_another_records_nothing()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, Words[0][..2]));
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.NotYours, "generation_taken_over"));
        await using var stream = new EventStream(await asked);
        Assert.Contains("generation_taken_over", (await stream.Rest())[^1], StringComparison.Ordinal);
        Assert.True(gateway.Ledger.IsEmpty);
        Assert.Empty(gateway.Grains.Pool.Released);
        Assert.False(gateway.Worker.HasCommands);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1.2")]
    public async Task A_place_that_is_none_is_refused_and_the_run_left_to_others(string after)
    {
        await using var gateway = await GatewayHost.Start();
        var run = await Run(gateway);
        gateway.Grains.Pool.Running[run.GenerationId] = "w1";
        var again = Again(gateway, run, after);
        await Adopted(gateway, run);
        using var response = await again;
        Assert.Equal((400, "starting_after"), ((int)response.StatusCode, (await response.Error()).Param));
        Assert.False(gateway.Worker.HasCommands);
    }

    /// <summary>A run as a gateway that is gone had it.</summary>
    private static async Task<RunChat> Run(GatewayHost gateway)
    {
        var asked = gateway.Chat(""" "stream":true """);
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, Words[0], FinishReason.Stop));
        await using (var stream = new EventStream(await asked)) await stream.Rest();
        await gateway.Worker.Next<CloseRun>();
        return run;
    }

    private static Task<HttpResponseMessage> Again(GatewayHost gateway, RunChat run, string after, bool asHeader = false)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/chat/completions/{run.GenerationId}/stream{(asHeader ? "" : $"?starting_after={after}")}");
        if (asHeader) request.Headers.Add("Last-Event-ID", after);
        return gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task Adopted(GatewayHost gateway, RunChat run)
    {
        var adopt = await gateway.Worker.Next<AdoptRun>();
        Assert.Equal((run.GenerationId, run.ProjectId), (adopt.GenerationId, adopt.ProjectId));
        await gateway.Worker.Send(run, new Frame { GenerationId = run.GenerationId, Run = run.Run, Choice = 0, From = 0, Adopted = run });
    }

    private static async Task SendAll(GatewayHost gateway, RunChat run, bool oneByOne)
    {
        for (var choice = 0; choice < run.Choices; choice++)
        {
            var words = Words[choice];
            if (!oneByOne) await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, words, FinishReason.Stop, choice));
            else for (var i = 0; i < words.Length; i++) await gateway.Worker.Send(run, gateway.Worker.Tokens(run, i, [words[i]], i == words.Length - 1 ? FinishReason.Stop : null, choice));
        }
    }
}
