using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Tests.Generations;

public class QuotaSlicesTests
{
    private static readonly string[] Words = [.. Enumerable.Repeat("a", 32)];

    [Fact]
    public async Task Output_is_reserved_slice_by_slice_as_it_grows()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Quota.Tokens = new RateReport(100_000, 99_000, 0);
        var asked = gateway.Chat(""" "max_tokens":400 """);
        var run = await gateway.Worker.Next<RunChat>();
        Assert.Equal((256, 400), (run.Allowance, run.MaxTokens));
        var reserved = gateway.Grains.Quota.Reserved.Single().Amount;
        var estimate = reserved.Tokens - 256;
        Assert.InRange(estimate, 12, 100);
        Assert.Equal((estimate * 2) + (256 * 10), reserved.CostMicros); // by the prices of the catalogue, nothing cached

        for (var from = 0; from < 128; from += 32) await gateway.Worker.Send(run, gateway.Worker.Tokens(run, from, Words));
        var allow = await gateway.Worker.Next<AllowRun>();
        Assert.Equal((400, false), (allow.Tokens, allow.Final));
        Assert.Equal([144], gateway.Grains.Quota.ToppedUp);
        Assert.Equal((12 + 256, false), gateway.Grains.Quota.Settled.Single()); // the prompt's real size

        for (var from = 128; from < 384; from += 32) await gateway.Worker.Send(run, gateway.Worker.Tokens(run, from, Words));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 384, Words[..16], FinishReason.Length));
        (await asked).Dispose();
        await gateway.Worker.Next<CloseRun>();
        Assert.Equal((412, false), gateway.Grains.Quota.Settled.Last());
        Assert.Equal([(12 * 2) + (256 * 10), gateway.Grains.Quota.SettledMicros.Last()], gateway.Grains.Quota.SettledMicros);
        var figures = (await gateway.Ledger.Next()).Figures;
        Assert.Equal("400 200 400", $"{run.MaxTokens} {(int)(await asked).StatusCode} {figures.CompletionTokens}");
        Assert.Equal(figures.CostMicros, gateway.Grains.Quota.SettledMicros.Last());
    }

    [Fact]
    public async Task Without_quota_for_more_the_answer_ends_where_the_last_slice_does()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Quota.Left = 0;
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        for (var from = 0; from < 256; from += 32) await gateway.Worker.Send(run, gateway.Worker.Tokens(run, from, Words));
        var allow = await gateway.Worker.Next<AllowRun>();
        Assert.Equal((256, true), (allow.Tokens, allow.Final));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 256, [], FinishReason.Length));
        using var response = await asked;
        Assert.Equal("length", (await response.Json()).GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task A_short_answer_reserves_no_more_than_it_may_use()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat(""" "max_tokens":5,"n":4 """);
        var run = await gateway.Worker.Next<RunChat>();
        Assert.Equal(5, run.Allowance);
        Assert.InRange(gateway.Grains.Quota.Reserved.Single().Amount.Tokens, 20 + 12, 20 + 100);
        for (var i = 0; i < 4; i++) await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a", "a", "a", "a", "a"], FinishReason.Length, i));
        (await asked).Dispose();
        await gateway.Worker.Next<CloseRun>();
        Assert.Empty(gateway.Grains.Quota.ToppedUp);
    }

    [Fact]
    public async Task A_fresh_grain_learns_of_the_reservation_and_the_answer_goes_on()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        gateway.Grains.Quota.IsFresh = true;
        for (var from = 0; from < 128; from += 32) await gateway.Worker.Send(run, gateway.Worker.Tokens(run, from, Words));
        var allow = await gateway.Worker.Next<AllowRun>();
        Assert.Equal((512, false), (allow.Tokens, allow.Final));
        Assert.Equal((run.GenerationId, 12 + 256L), (gateway.Grains.Quota.Offered.First().GenerationId, gateway.Grains.Quota.Offered.First().Amount.Tokens));
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 128, [], FinishReason.Stop));
        (await asked).Dispose();
    }

    [Fact]
    public async Task A_worker_that_takes_over_is_told_that_no_more_will_be_granted()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Quota.Left = 0;
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        for (var from = 0; from < 256; from += 32) await gateway.Worker.Send(run, gateway.Worker.Tokens(run, from, Words));
        await gateway.Worker.Next<AllowRun>();
        await gateway.Worker.Send(run, gateway.Worker.Error(run, RunErrorKind.WorkerUnavailable, from: 256));
        await gateway.Worker.Next<CloseRun>();
        var again = await gateway.Worker.Next<RunChat>();
        var allow = await gateway.Worker.Next<AllowRun>();
        Assert.Equal((2, 256, true), (allow.Run, allow.Tokens, allow.Final));
        await gateway.Worker.Send(again, gateway.Worker.Tokens(again, 256, [], FinishReason.Length));
        (await asked).Dispose();
    }
}
