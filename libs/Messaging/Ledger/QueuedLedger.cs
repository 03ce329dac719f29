using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Generations;
using Platform.Messaging.RabbitMq;
using Prometheus;
using RabbitMQ.Client;

namespace Platform.Messaging.Ledger;

/// <summary>
/// Records by giving generations to the ledger's queue: whoever records waits until the broker has confirmed. What comes meanwhile goes out together
/// in the next message; two are under way at once, so that nobody waits for a confirm and then for another. While the broker is away everything is kept and tried again; when much is kept, <see cref="HasRoom"/> says so.
/// </summary>
internal sealed partial class QueuedLedger(RabbitMqOptions options, TimeProvider time, ILogger<QueuedLedger> logger) : BackgroundService, IGenerationLedger
{
    private const int Publishers = 2, Capacity = 8192, MaxBatch = 128;
    private const long MostBytes = 64 << 20, MostBatchBytes = 4 << 20;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromSeconds(2);
    private static readonly CreateChannelOptions Confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
    private static readonly BasicProperties Properties = new() { DeliveryMode = DeliveryModes.Persistent, ContentType = "application/json", Type = "generations-finished" };
    private static readonly Gauge Kept = Metrics.CreateGauge("platform_ledger_unconfirmed_records", "Finished generations the broker has not confirmed yet.");

    private readonly Channel<Unconfirmed> _records = Channel.CreateBounded<Unconfirmed>(Capacity);
    private long _count, _bytes;

    public bool HasRoom => Interlocked.Read(ref _count) < Capacity && Interlocked.Read(ref _bytes) < MostBytes;

    public async Task Record(GenerationFinished finished, CancellationToken cancellation)
    {
        var record = new Unconfirmed(LedgerCodec.Write(finished), new(TaskCreationOptions.RunContinuationsAsynchronously));
        Count(1, record.Body.Length);
        try
        {
            await _records.Writer.WriteAsync(record, cancellation);
        }
        catch
        {
            Count(-1, -record.Body.Length);
            throw;
        }

        await record.Confirmed.Task.WaitAsync(cancellation);
    }

    /// <summary>Sends what is kept; who records after this is refused.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _records.Writer.TryComplete();
        if (ExecuteTask is { } sending) await sending.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
        if (Interlocked.Read(ref _count) is > 0 and var lost) Log.GaveUp(logger, lost);
    }

    /// <summary>Ends when <see cref="StopAsync"/> has closed the buffer and it is empty.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, Publishers).Select(_ => Publish(stoppingToken)));

    private async Task Publish(CancellationToken stoppingToken)
    {
        await using var broker = new BrokerChannel(options, "ledger records", Confirmed);
        Unconfirmed? first = null;
        try
        {
            while (first is not null || await _records.Reader.WaitToReadAsync(stoppingToken))
            {
                first = Collect(first, out var batch);
                if (batch.Count == 0) continue; // the other one was quicker
                await Publish(broker, batch, stoppingToken);
                foreach (var record in batch)
                {
                    Count(-1, -record.Body.Length);
                    record.Confirmed.TrySetResult();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Takes as many as fit into one message; returns one that did not.</summary>
    private Unconfirmed? Collect(Unconfirmed? first, out List<Unconfirmed> batch)
    {
        batch = [];
        var bytes = 0L;
        for (var next = first; batch.Count < MaxBatch; next = null)
        {
            if (next is null && !_records.Reader.TryRead(out next)) return null;
            if (batch.Count > 0 && bytes + next.Body.Length > MostBatchBytes) return next;
            batch.Add(next);
            bytes += next.Body.Length;
        }

        return null;
    }

    private async Task Publish(BrokerChannel broker, List<Unconfirmed> batch, CancellationToken stopping)
    {
        var message = LedgerCodec.Join(batch.ConvertAll(record => record.Body));
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var channel = await broker.Open(stopping);
                using var late = new CancellationTokenSource(BrokerChannel.Patience, time);
                using var given = CancellationTokenSource.CreateLinkedTokenSource(stopping, late.Token);
                // returns with the confirm; what comes back for want of a queue fails and is declared anew
                await channel.BasicPublishAsync("", LedgerQueue.Name, mandatory: true, Properties, message, given.Token);
                return;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                if (pause == FirstPause) Log.NotConfirmed(logger, batch.Count, e.GetBaseException().Message);
                await broker.Drop();
                await Task.Delay(pause, time, stopping);
            }
        }
    }

    private void Count(int records, long bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        Kept.Set(Interlocked.Add(ref _count, records));
    }

    private sealed record Unconfirmed(byte[] Body, TaskCompletionSource Confirmed);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} records are not confirmed by the broker and are sent again until they are: {Reason}")]
        public static partial void NotConfirmed(ILogger logger, int count, string reason);

        [LoggerMessage(2, LogLevel.Error, "{Count} records were given up: the broker did not come back before the end")]
        public static partial void GaveUp(ILogger logger, long count);
    }
}
