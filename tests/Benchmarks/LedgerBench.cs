using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.AllInOne;
using Platform.Contracts.Generations;
using Platform.Fixtures;
using Spectre.Console;

namespace Platform.Benchmarks;

internal static class LedgerBench
{
    public static async Task<Table> Run()
    {
        await using var host = await BenchHost.Start();
        var ledger = host.Services.GetRequiredService<IGenerationLedger>();
        var lags = new List<double>();
        await Load.Closed(64, TimeSpan.FromSeconds(4), () => ledger.Record(Generation(), CancellationToken.None));

        var appended = await Load.Closed(512, TimeSpan.FromSeconds(8), () => ledger.Record(Generation(), CancellationToken.None));
        var caughtUp = await CatchUp(host);

        using var ended = new CancellationTokenSource();
        var watching = Task.Run(() => Watch(host, lags, ended.Token));
        var rate = Math.Min(1000, appended.PerSecond / 3);
        var steady = await Load.Open(rate, TimeSpan.FromSeconds(8), () => ledger.Record(Generation(), CancellationToken.None));
        await ended.CancelAsync();
        await watching;
        lags.Sort();

        return new Table().AddColumns("", "")
            .AddRow("generations recorded/s, 512 callers", $"{appended.PerSecond:F0}")
            .AddRow("rollup caught up after the burst, s", $"{caughtUp.TotalSeconds:F1}")
            .AddRow($"record p50 / p99 at {rate:F0}/s, ms", $"{steady.Ms(0.5):F1} / {steady.Ms(0.99):F1}")
            .AddRow($"rollup behind the newest event at {rate:F0}/s, p50 / p99, events", $"{At(lags, 0.5):F0} / {At(lags, 0.99):F0}")
            .AddRow("the same as time, p99, ms", $"{At(lags, 0.99) / rate * 1000:F0}");
    }

    private static double At(List<double> sorted, double p) => sorted.Count == 0 ? 0 : sorted[(int)Math.Min(sorted.Count - 1, p * sorted.Count)];

    private static async Task<TimeSpan> CatchUp(BenchHost host)
    {
        var began = Stopwatch.GetTimestamp();
        await using var database = NpgsqlDataSource.Create(host.ConnectionString);
        await Eventually.Holds(() => Lag(database), lag => lag == 0, TimeSpan.FromMinutes(2));
        return Stopwatch.GetElapsedTime(began);
    }

    private static async Task Watch(BenchHost host, List<double> lags, CancellationToken ended)
    {
        await using var database = NpgsqlDataSource.Create(host.ConnectionString);
        while (!ended.IsCancellationRequested)
        {
            lags.Add(await Lag(database));
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static async Task<double> Lag(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("select coalesce((select max(seq_id) from ledger.mt_events), 0) - coalesce((select max(last_seq_id) from ledger.mt_event_progression where name = 'usage_rollup:All'), 0)");
        return Convert.ToDouble(await command.ExecuteScalarAsync());
    }

    private static GenerationFinished Generation()
    {
        var now = DateTimeOffset.UtcNow;
        var figures = new GenerationFigures
        {
            GenerationId = PublicId.New("chatcmpl-"), Kind = "chat", ProjectId = "default", KeyId = "key_bench", UserId = $"user-{Random.Shared.Next(20)}", Model = Served.Model, RequestedModel = Served.Model,
            StartedAt = now, FinishedAt = now, PromptTokens = 20, CompletionTokens = 16, FinishReasons = ["length"], Worker = "bench", Runs = 1,
        };
        return new(Outcome.Completed, figures, new GenerationContent { Request = """{"model":"bigram","messages":[{"role":"user","content":"the sea and the sky"}]}""", Choices = [new("the sea and the sky and the sea", [1, 2, 3, 4, 5, 6, 7, 8], [900, 800, 700, 800, 900, 800, 700, 800])] });
    }
}

/// <summary>The whole platform in this process.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly Microsoft.AspNetCore.Builder.WebApplication _app;
    private readonly string _folder;

    private BenchHost(TestDatabase database, Microsoft.AspNetCore.Builder.WebApplication app, string folder) => (_database, _app, _folder) = (database, app, folder);

    public IServiceProvider Services => _app.Services;
    public string ConnectionString => _database.ConnectionString;

    public static async Task<BenchHost> Start()
    {
        var database = await PostgresServer.CreateDatabase();
        var folder = Directory.CreateTempSubdirectory("platform-bench-").FullName;
        await Served.WriteFiles(folder, Grains.Keys.ApiKeySecret.New(PublicId.New("key_")));
        var app = PlatformHost.Build([], Served.Settings(folder, database.ConnectionString, "0"));
        await app.StartAsync();
        return new(database, app, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
