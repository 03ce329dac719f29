using Npgsql;
using Platform.Contracts.Generations;
using Platform.Eventing.Generations;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

public sealed class GenerationReaderTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private LedgerHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabase();
        _host = await LedgerHost.Start(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_takes_the_connection_over_is_left_alone()
    {
        var figures = Some.Figures();
        await _host.Record(figures, content: new GenerationContent { Request = "{}", Choices = [new("Hi", [1], [1])] });
        var cancellation = TestContext.Current.CancellationToken;
        await Task.WhenAll([.. Enumerable.Range(0, 8).Select(_ => Read(figures.GenerationId, cancellation)), .. Enumerable.Range(0, 8).Select(_ => Count(cancellation))]).WaitAsync(cancellation);
    }

    private async Task Read(string generation, CancellationToken cancellation)
    {
        for (var i = 0; i < 200; i++) Assert.Equal("Hi", (await _host.Get<GenerationReader>().Read(generation, cancellation))!.Content!.Choices.Single().Text);
    }

    private async Task Count(CancellationToken cancellation)
    {
        for (var i = 0; i < 200; i++)
        {
            await using var batch = _host.Database.CreateBatch();
            for (var command = 0; command < 3; command++) batch.BatchCommands.Add(new NpgsqlBatchCommand("select generate_series(1, 500)"));
            await using var rows = await batch.ExecuteReaderAsync(cancellation);
            var count = 0;
            do
            {
                while (await rows.ReadAsync(cancellation)) count++;
            }
            while (await rows.NextResultAsync(cancellation));
            Assert.Equal(1500, count);
        }
    }
}
