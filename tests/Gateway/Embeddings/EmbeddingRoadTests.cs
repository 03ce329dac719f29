using Platform.Contracts.Embeddings;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Fixtures;
using Platform.Gateway.Tests.Host;
using Platform.Grains.Pools;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Tests.Embeddings;

public sealed class EmbeddingRoadTests
{
    private const string Two = """{"model":"tests/embed","input":["one","twenty"],"user":"u"}""";

    [Fact]
    public async Task It_reserves_what_the_bytes_may_be_and_settles_what_was_read()
    {
        await using var gateway = await GatewayHost.Start();
        var worker = await EmbeddingWorker.Start(gateway, "e1");
        var answer = gateway.Post("/v1/embeddings", Two);
        var run = await worker.Next<RunEmbedding>();
        Assert.Equal(["one", "twenty"], run.Texts);
        await worker.Answer(run, 0, 1, 0, 0.6f, 0.8f);

        using var response = await answer;
        Assert.Equal((200, "tests/embed"), ((int)response.StatusCode, response.Header("openai-model")));
        Assert.Equal("[[1,0],[0.6,0.8]]", $"[{string.Join(',', (await response.Json()).GetProperty("data").EnumerateArray().Select(one => one.GetProperty("embedding").GetRawText()))}]");
        Assert.Equal(3 + 6 + (2 * 10), gateway.Grains.Quota.Reserved.Single().Amount.Tokens); // the test's pool says a template adds 10
        Assert.Equal((9, false), gateway.Grains.Quota.Settled.Last());
        Assert.Equal([$"{run.GenerationId}/1"], gateway.Grains.Pool.Released);
        var recorded = await gateway.Ledger.Next();
        Assert.Equal((Outcome.Completed, "embedding", "u", "e1", 9, 0), (recorded.Outcome, recorded.Figures.Kind, recorded.Figures.UserId, recorded.Figures.Worker, recorded.Figures.PromptTokens, recorded.Figures.CompletionTokens));
        Assert.Null(recorded.Content);
    }

    [Fact]
    public async Task Parts_may_come_in_any_order_and_twice()
    {
        await using var gateway = await GatewayHost.Start();
        var worker = await EmbeddingWorker.Start(gateway, "e1");
        var answer = gateway.Post("/v1/embeddings", """{"model":"tests/embed","input":[[1],[2],[3]]}""");
        var run = await worker.Next<RunEmbedding>();
        await worker.Answer(run, 2, 0, 1);
        await worker.Answer(run, 2, 0, 1);
        await worker.Answer(run, 0, 1, 0, 0, -1);
        using var response = await answer;
        Assert.Equal("[1,0][0,-1][0,1]", string.Concat((await response.Json()).GetProperty("data").EnumerateArray().Select(one => one.GetProperty("embedding").GetRawText())));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_workers_request_is_made_by_another(bool saysSo)
    {
        await using var gateway = await GatewayHost.Start(silence: TimeSpan.FromMilliseconds(200));
        var first = await EmbeddingWorker.Start(gateway, "e1");
        var answer = gateway.Post("/v1/embeddings", Two);
        var lost = await first.Next<RunEmbedding>();
        var second = await EmbeddingWorker.Start(gateway, "e2");
        if (saysSo) await first.Fail(lost, RunErrorKind.WorkerUnavailable);
        else await first.Stop();

        var run = await second.Next<RunEmbedding>();
        Assert.Equal((lost.GenerationId, 2), (run.GenerationId, run.Run));
        Assert.Equal("e1", gateway.Grains.Pool.Taken.Last().Avoid);
        if (saysSo) await first.Answer(lost, 0, 9, 9, 9, 9); // too late: another has it
        await second.Answer(run, 0, 1, 0, 0, 1);
        using var response = await answer;
        Assert.Equal("[1,0][0,1]", string.Concat((await response.Json()).GetProperty("data").EnumerateArray().Select(one => one.GetProperty("embedding").GetRawText())));
        Assert.Equal(("e2", 2), ((await gateway.Ledger.Next()).Figures is var figures ? (figures.Worker, figures.Runs) : default));
    }

    [Fact]
    public async Task An_answer_that_got_lost_is_asked_for_again()
    {
        await using var gateway = await GatewayHost.Start(silence: TimeSpan.FromMilliseconds(200));
        var worker = await EmbeddingWorker.Start(gateway, "e1");
        var answer = gateway.Post("/v1/embeddings", Two);
        await worker.Next<RunEmbedding>();
        var again = await worker.Next<RunEmbedding>();
        Assert.Equal(1, again.Run);
        await worker.Answer(again, 0, 1, 0, 0, 1);
        using var response = await answer;
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task What_the_worker_refuses_is_the_clients_fault_and_is_not_recorded()
    {
        await using var gateway = await GatewayHost.Start();
        var worker = await EmbeddingWorker.Start(gateway, "e1");
        var answer = gateway.Post("/v1/embeddings", Two);
        await worker.Fail(await worker.Next<RunEmbedding>(), RunErrorKind.InvalidRequest);
        using var response = await answer;
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(("The worker said so.", "invalid_request_error", "input[1]", "code"), await response.Error());
        Assert.True(gateway.Ledger.IsEmpty);
        Assert.Equal((0, true), gateway.Grains.Quota.Settled.Last());
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_run_and_frees_everything()
    {
        await using var gateway = await GatewayHost.Start();
        var worker = await EmbeddingWorker.Start(gateway, "e1");
        using var leaving = new CancellationTokenSource();
        var answer = gateway.Post("/v1/embeddings", Two, leaving.Token);
        var run = await worker.Next<RunEmbedding>();
        await leaving.CancelAsync();
        Assert.Equal(new CancelRun(run.GenerationId, 1), await worker.Next<CancelRun>());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await Eventually.Holds(() => !gateway.Grains.Quota.Settled.IsEmpty);
        Assert.Equal((0, true), gateway.Grains.Quota.Settled.Last());
        Assert.Equal([$"{run.GenerationId}/1"], gateway.Grains.Pool.Released);
        Assert.True(gateway.Ledger.IsEmpty);
    }

    [Theory]
    [InlineData(TicketState.QueueFull, 429, "7", "rate_limit_exceeded")]
    [InlineData(TicketState.NoWorker, 503, "5", "service_unavailable")]
    public async Task Without_room_or_worker_it_is_refused_at_once_with_a_time_to_come_back(TicketState state, int status, string retryAfter, string code)
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Pool.Answers.Enqueue(new TicketAnswer(state, null, 0, 7000));
        using var response = await gateway.Post("/v1/embeddings", Two);
        Assert.Equal((status, retryAfter, code), ((int)response.StatusCode, response.Header("retry-after"), (await response.Error()).Code));
        Assert.Equal((0, true), gateway.Grains.Quota.Settled.Last());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(128, 1)]
    [InlineData(129, 2)]
    [InlineData(2048, 16)]
    public async Task A_bigger_request_takes_more_of_a_worker(int inputs, int slots)
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Pool.Answers.Enqueue(new TicketAnswer(TicketState.NoWorker, null, 0, 0));
        using (await gateway.Post("/v1/embeddings", $$"""{"model":"tests/embed","input":[{{string.Join(',', Enumerable.Repeat("\"a\"", inputs))}}]}""")) Assert.Equal(slots, gateway.Grains.Pool.Taken.Single().Slots);
    }

    [Fact]
    public async Task A_spent_rate_is_a_429_before_any_work()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Quota.Refusal = new QuotaAnswer(false, "tokens", 1500, new RateReport(100, 99, 600), new RateReport(1000, 12, 59_280));
        using var response = await gateway.Post("/v1/embeddings", Two);
        Assert.Equal((429, "2", "12"), ((int)response.StatusCode, response.Header("retry-after"), response.Header("x-ratelimit-remaining-tokens")));
        Assert.Empty(gateway.Grains.Pool.Taken);
    }

    [Fact]
    public async Task A_model_that_cannot_shorten_refuses_dimensions()
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await gateway.Post("/v1/embeddings", """{"model":"tests/embed","input":"a","dimensions":2}""");
        Assert.Equal(("This model does not support specifying dimensions.", "invalid_request_error", "dimensions", "unsupported_value"), await response.Error());
    }
}
