using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Contracts.Generations;
using Platform.Fixtures;
using Platform.Messaging.Ledger;
using RabbitMQ.Client;

namespace Platform.Messaging.Tests.Ledger;

/// <summary>What gateways give to the ledger's queue on a real broker, and what a ledger reads there.</summary>
public sealed class LedgerQueueTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private Uri _broker = null!; // set before the first test
    private IHost _gateway = null!; // set before the first test

    public async ValueTask InitializeAsync()
    {
        _broker = await RabbitMqServer.Address;
        await Empty();
        _gateway = await Start(builder => builder.AddLedgerQueue());
    }

    public async ValueTask DisposeAsync()
    {
        await Node.Stop(_gateway);
        await Empty();
    }

    [Fact]
    public async Task A_record_is_safe_before_any_ledger_runs_and_arrives_with_everything_it_was_sent_with()
    {
        var sent = Finished();
        await Record(sent).WaitAsync(Soon);

        var ledger = new TestLedger();
        using var host = await StartLedger(ledger);
        var received = await ledger.Next(sent);
        Assert.Equal(JsonSerializer.Serialize(sent), JsonSerializer.Serialize(received));
        await Eventually.Holds(() => Messages(LedgerQueue.Name), messages => messages == 0);
        await Node.Stop(host);
    }

    [Fact]
    public async Task Records_that_come_together_share_messages_and_each_arrives()
    {
        var sent = Enumerable.Range(0, 500).Select(_ => Finished()).ToList();
        await Task.WhenAll(sent.Select(Record)).WaitAsync(Soon);
        Assert.InRange(await Messages(LedgerQueue.Name), 4u, 250u);

        var ledger = new TestLedger();
        using var host = await StartLedger(ledger);
        foreach (var one in sent) await ledger.Next(one);
        await Node.Stop(host);
    }

    [Fact]
    public async Task What_a_ledger_had_not_recorded_when_it_went_comes_again_to_the_next()
    {
        var sent = Finished();
        await Record(sent);
        var stuck = new TestLedger { Fails = _ => new TimeoutException("the database is away") };
        var first = await StartLedger(stuck);
        await Eventually.Holds(() => stuck.Attempts >= 2);
        await Node.Stop(first);

        var ledger = new TestLedger();
        using var host = await StartLedger(ledger);
        await ledger.Next(sent);
        Assert.Equal(0u, await Messages(LedgerQueue.Refused));
        await Node.Stop(host);
    }

    [Fact]
    public async Task What_can_never_be_recorded_is_kept_aside_and_its_neighbours_are_recorded()
    {
        var (poison, good) = (Finished(), Finished());
        var ledger = new TestLedger { Fails = finished => finished.Figures.GenerationId == poison.Figures.GenerationId ? new RecordRefusedException("too large") : null };
        await Publish(JsonSerializer.SerializeToUtf8Bytes((GenerationFinished[])[poison, good]));
        await Publish("[{"u8.ToArray());
        using var host = await StartLedger(ledger);

        await ledger.Next(good);
        await Eventually.Holds(() => Messages(LedgerQueue.Refused), messages => messages == 2);
        await Eventually.Holds(() => Messages(LedgerQueue.Name), messages => messages == 0);
        await Node.Stop(host);
    }

    [Fact]
    public async Task Without_a_broker_records_wait_and_room_runs_out()
    {
        using var host = await Start(builder => builder.AddLedgerQueue(), new Uri("amqp://guest:guest@127.0.0.1:1/"));
        var ledger = host.Services.GetRequiredService<IGenerationLedger>();
        Assert.True(ledger.HasRoom);
        var waiting = Enumerable.Range(0, 70).Select(_ => ledger.Record(Finished(content: new string('x', 1 << 20)), CancellationToken.None)).ToList();
        Assert.False(ledger.HasRoom);
        Assert.DoesNotContain(waiting, record => record.IsCompleted);
        await host.StopAsync(new CancellationToken(canceled: true));
    }

    private Task Record(GenerationFinished finished) => _gateway.Services.GetRequiredService<IGenerationLedger>().Record(finished, CancellationToken.None);

    private Task<IHost> StartLedger(IGenerationLedger ledger) => Start(builder =>
    {
        builder.Services.AddSingleton(ledger);
        builder.AddLedgerQueueReader();
    });

    private Task<IHost> Start(Action<HostApplicationBuilder> compose, Uri? broker = null) => Node.Start(builder =>
    {
        builder.Configuration["Platform:RabbitMq:Uri"] = (broker ?? _broker).ToString();
        compose(builder);
    });

    private Task<uint> Messages(string queue) => OnChannel(channel => channel.MessageCountAsync(queue));

    private Task<bool> Publish(byte[] body) => OnChannel(async channel =>
    {
        await channel.BasicPublishAsync("", LedgerQueue.Name, body);
        return true;
    });

    private Task<bool> Empty() => OnChannel(async channel =>
    {
        await LedgerQueue.Declare(channel, CancellationToken.None);
        await channel.QueuePurgeAsync(LedgerQueue.Name);
        await channel.QueuePurgeAsync(LedgerQueue.Refused);
        return true;
    });

    private async Task<T> OnChannel<T>(Func<IChannel, Task<T>> use)
    {
        await using var connection = await new ConnectionFactory { Uri = _broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        return await use(channel);
    }

    private static GenerationFinished Finished(string? content = null) => new(
        Outcome.Completed,
        new GenerationFigures
        {
            GenerationId = PublicId.New("chatcmpl-"), Kind = "chat", ProjectId = "project", KeyId = "key", Model = "model", RequestedModel = "alias", StartedAt = DateTimeOffset.UtcNow.AddSeconds(-1),
            FinishedAt = DateTimeOffset.UtcNow, PromptTokens = 11, CompletionTokens = 7, FinishReasons = ["stop", "length"], Choices = 2, Seed = long.MinValue, CostMicros = 21, FirstTokenMs = 5,
        },
        new GenerationContent { Request = content ?? """{"messages":"Grüße 🌍"}""", Choices = [new("hello", [1, 2], [3, 4])] });

    private sealed class TestLedger : IGenerationLedger
    {
        private readonly ConcurrentDictionary<string, GenerationFinished> _recorded = new();
        private int _attempts;

        public Func<GenerationFinished, Exception?>? Fails { get; init; }
        public int Attempts => _attempts;

        public Task Record(GenerationFinished finished, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _attempts);
            if (Fails?.Invoke(finished) is { } failure) return Task.FromException(failure);
            _recorded[finished.Figures.GenerationId] = finished;
            return Task.CompletedTask;
        }

        public async Task<GenerationFinished> Next(GenerationFinished sent)
        {
            await Eventually.Holds(() => _recorded.ContainsKey(sent.Figures.GenerationId), Soon);
            return _recorded[sent.Figures.GenerationId];
        }
    }
}
