using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Generations;
using Platform.Grains.Keys;
using Platform.Grains.Pools;
using GenAiMetrics = Platform.Observability.Metering.GenAiMetrics;
using Outcome = Platform.Observability.Metering.Outcome;

namespace Platform.Silo.Tests;

public sealed class CompositionTests(SiloHost silo)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task Two_platforms_live_side_by_side_and_share_no_grain()
    {
        await using var other = await SiloHost.Start(silo.Database);
        var id = PublicId.New("key_");
        var theirs = other.Services.GetRequiredService<IGrainFactory>().GetGrain<IApiKey>(id);
        Assert.Null(await theirs.Read());

        await silo.Grains.GetGrain<IApiKey>(id).Create(new NewApiKey("project", "test", KeyScope.Project));
        Assert.Null(await theirs.Read()); // its own memory, of its own grain
        await other.StopAsync();
    }

    [Fact]
    public async Task A_started_silo_is_alive_and_ready_and_shows_its_metrics_on_their_own_port_only()
    {
        var port = FreePort();
        await using var app = await SiloHost.Start(silo.Database, ("Platform:Metrics:Port", $"{port}"));
        var address = app.Urls.Single();
        var model = $"model-{port}";
        await app.Services.GetRequiredService<IGrainFactory>().GetGrain<IPool>(model).Heartbeat(new WorkerReport("w", 8, [], 2048, 192, 31));
        GenAiMetrics.For(model).FirstToken(0.03);
        GenAiMetrics.For(model).Tokens(10, 20);
        GenAiMetrics.For(model).Duration(1.5, Outcome.Completed);

        Assert.Equal("""{"status":"healthy","checks":{}}""", await Http.GetStringAsync($"{address}/health/live"));
        Assert.Contains("\"silo\":{\"status\":\"healthy\"", await Http.GetStringAsync($"{address}/health/ready"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync($"{address}/metrics")).StatusCode);

        var metrics = await Http.GetStringAsync($"http://127.0.0.1:{port}/metrics");
        string[] expected =
        [
            $$"""platform_pool_slots{gen_ai_request_model="{{model}}"} 8""",
            $$"""gen_ai_server_time_to_first_token_seconds_bucket{gen_ai_request_model="{{model}}",le="0.04"} 1""",
            $$"""gen_ai_server_time_to_first_token_seconds_bucket{gen_ai_request_model="{{model}}",le="0.02"} 0""",
            $$"""gen_ai_client_token_usage_sum{gen_ai_request_model="{{model}}",gen_ai_token_type="output"} 20""",
            $$"""gen_ai_server_request_duration_seconds_count{gen_ai_request_model="{{model}}",outcome="completed"} 1""",
        ];
        Assert.All(expected, line => Assert.Contains(line, metrics, StringComparison.Ordinal));
        await app.StopAsync();
    }

    [Fact]
    public async Task A_port_that_is_none_is_refused_by_name()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => SiloHost.Start(silo.Database, ("Platform:Silo:GatewayPort", "70000")));
        Assert.Contains("Platform:Silo:GatewayPort is 70000", error.Message, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
