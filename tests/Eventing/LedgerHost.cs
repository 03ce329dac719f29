using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Contracts.Generations;
using Platform.Eventing.Appending;
using Platform.Eventing.Content;
using Platform.Eventing.Generations;
using Platform.Eventing.Projections;
using Platform.Eventing.Usage;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

/// <summary>A process with the event store and, where asked, a projection leader.</summary>
internal sealed class LedgerHost(IHost host, CapturedLogs logs) : IAsyncDisposable
{
    public CapturedLogs Logs => logs;

    public IServiceProvider Services => host.Services;

    public EventWriter Writer => Get<EventWriter>();

    public NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    public T Get<T>() where T : notnull => host.Services.GetRequiredService<T>();

    public bool Leads => host.Services.GetServices<IHostedService>().OfType<ProjectionLeader>().Single().Leads;

    public static Task<LedgerHost> Start(TestDatabase database, bool leader = false) => Start(database.ConnectionString, leader);

    public static async Task<LedgerHost> Start(string connectionString, bool leader = false)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var logs = new CapturedLogs();
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        builder.Configuration.AddInMemoryCollection([new($"{EventingOptions.Section}:ConnectionString", connectionString)]);
        builder.AddEventing();
        if (leader) builder.AddProjectionLeader();
        var host = builder.Build();
        await host.StartAsync();
        return new LedgerHost(host, logs);
    }

    public Task<Appended> Record(GenerationFigures figures, Outcome outcome = Outcome.Completed, GenerationContent? content = null)
    {
        var finished = new GenerationFinished(outcome, figures, content) { Reason = outcome == Outcome.Completed ? null : "a_reason" };
        return Writer.Append(
            new StreamAppend(figures.GenerationId, 0, [GenerationEnded.From(finished)])
            {
                Content = content is null ? null : new StoredContent(figures.GenerationId, figures.StartedAt, figures.ProjectId, content),
            },
            TestContext.Current.CancellationToken);
    }

    /// <summary>Once the rollup has counted every event.</summary>
    public async Task<LedgerReport> CaughtUp()
    {
        var verifier = Get<LedgerVerifier>();
        return await Eventually.Holds(() => verifier.Verify(TestContext.Current.CancellationToken), report => report.Sequence == report.Head);
    }

    public async Task<T> Scalar<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task Execute(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public Task Stop() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
