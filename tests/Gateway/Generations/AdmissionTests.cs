using System.Diagnostics;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;
using Platform.Grains.Pools;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Tests.Generations;

public class AdmissionTests
{
    [Theory]
    [InlineData("")]
    [InlineData(""" "stream":true """)]
    public async Task A_full_queue_is_refused_at_once_with_a_time_to_come_back(string more)
    {
        await using var gateway = await GatewayHost.Start();
        await gateway.Client.GetAsync("/v1/models"); // warm
        gateway.Grains.Pool.Answers.Enqueue(new TicketAnswer(TicketState.QueueFull, null, 192, 90_000));
        using var response = await gateway.Chat(more);
        Assert.Equal((429, "60"), ((int)response.StatusCode, response.Header("retry-after")));
        Assert.Equal(("rate_limit_error", "rate_limit_exceeded"), ((await response.Error()).Type, (await response.Error()).Code));
        Assert.True(gateway.Ledger.IsEmpty);
        Assert.Equal((0, true), gateway.Grains.Quota.Settled.Last());
    }

    [Fact]
    public async Task Without_a_worker_it_is_a_503()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Pool.Answers.Enqueue(new TicketAnswer(TicketState.NoWorker, null, 0, 0));
        using var response = await gateway.Chat();
        Assert.Equal((503, "5"), ((int)response.StatusCode, response.Header("retry-after")));
        Assert.Equal("service_unavailable", (await response.Error()).Code);
    }

    [Fact]
    public async Task A_spent_rate_is_a_429_that_says_when_to_come_back()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Quota.Refusal = new QuotaAnswer(false, "tokens", 1500, new RateReport(100, 99, 600), new RateReport(1000, 12, 59_280));
        using var response = await gateway.Chat();
        Assert.Equal((429, "2", "1500"), ((int)response.StatusCode, response.Header("retry-after"), response.Header("retry-after-ms")));
        Assert.Equal(("100", "99", "600ms"), (response.Header("x-ratelimit-limit-requests"), response.Header("x-ratelimit-remaining-requests"), response.Header("x-ratelimit-reset-requests")));
        Assert.Equal(("1000", "12", "59.28s"), (response.Header("x-ratelimit-limit-tokens"), response.Header("x-ratelimit-remaining-tokens"), response.Header("x-ratelimit-reset-tokens")));
        Assert.Null(response.Header("x-should-retry"));
        Assert.Contains("Please try again in 1.5s", (await response.Error()).Message, StringComparison.Ordinal);
        Assert.Empty(gateway.Grains.Pool.Taken);
    }

    [Theory]
    [InlineData("project_budget", "What the project")]
    [InlineData("key_budget", "What the API key")]
    public async Task A_spent_budget_is_told_in_the_words_of_OpenAI_and_not_to_be_tried_again(string limit, string whose)
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Quota.Refusal = new QuotaAnswer(false, limit, -1, default, default, HasBudget: true);
        using var response = await gateway.Chat();
        Assert.Equal((429, "false", null), ((int)response.StatusCode, response.Header("x-should-retry"), response.Header("retry-after")));
        var error = await response.Error();
        Assert.Equal(("insufficient_quota", "insufficient_quota"), (error.Type, error.Code));
        Assert.StartsWith($"You exceeded your current quota, please check your plan and billing details. {whose}", error.Message, StringComparison.Ordinal);
        Assert.Empty(gateway.Grains.Pool.Taken);
    }

    [Fact]
    public async Task A_budget_that_others_hold_may_be_tried_again()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Quota.Refusal = new QuotaAnswer(false, "project_budget", 1000, default, default, HasBudget: true);
        using var response = await gateway.Chat();
        Assert.Equal((429, "1", "rate_limit_exceeded"), ((int)response.StatusCode, response.Header("retry-after"), (await response.Error()).Code));
    }

    [Fact]
    public async Task A_request_that_can_never_fit_is_not_to_be_tried_again()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Quota.Refusal = new QuotaAnswer(false, "tokens", -1, default, new RateReport(10, 10, 0));
        using var response = await gateway.Chat();
        Assert.Equal((429, "false", null), ((int)response.StatusCode, response.Header("x-should-retry"), response.Header("retry-after")));
        Assert.Equal("rate_limit_exceeded", (await response.Error()).Code);
    }

    [Fact]
    public async Task A_ticket_tells_the_pool_what_it_needs_to_know()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Post("/v1/chat/completions", $$"""{"model":"{{GatewayHost.Alias}}","n":3,"messages":[{"role":"user","content":"{{new string('a', 1000)}}"}]}""");
        var run = await gateway.Worker.Next<RunChat>();
        var ticket = Assert.Single(gateway.Grains.Pool.Taken);
        Assert.Equal(($"{run.GenerationId}/1", "project", 3, null), (ticket.Id, ticket.Tenant, ticket.Slots, ticket.Avoid));
        Assert.InRange(ticket.Tokens, 1000, 1100);
        Assert.InRange(ticket.PrefixBlocks.Count, 15, 17);
        Assert.Equal(GatewayHost.Model, run.Model);
        for (var i = 0; i < 3; i++) await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"], FinishReason.Stop, i));
        using var response = await asked;
        Assert.Equal(GatewayHost.Model, (await response.Json()).GetProperty("model").GetString());
        Assert.Equal((GatewayHost.Alias, GatewayHost.Model), ((await gateway.Ledger.Next()) is var recorded ? recorded.Figures.RequestedModel : "", recorded.Figures.Model));
    }

    [Fact]
    public async Task What_is_held_is_offered_every_five_seconds()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        var patience = Stopwatch.StartNew();
        while (gateway.Grains.Pool.Offered.IsEmpty && patience.Elapsed < GatewayHost.Soon) await Task.Delay(20);
        Assert.Equal(($"{run.GenerationId}/1", "w1"), (gateway.Grains.Pool.Offered.First().Ticket.Id, gateway.Grains.Pool.Offered.First().Worker));
        Assert.Equal(run.GenerationId, gateway.Grains.Quota.Offered.First().GenerationId);
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"], FinishReason.Stop));
        (await asked).Dispose();
    }
}
