using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Generations;
using Platform.Messaging.RabbitMq;
using Prometheus;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Platform.Messaging.Ledger;

/// <summary>
/// Reads the ledger's queue into this process's ledger. A message is acknowledged when all of it is recorded, so that one that was being read when a process died comes again.
/// What can never be recorded is kept aside.
/// </summary>
internal sealed partial class LedgerQueueReader(RabbitMqOptions options, IGenerationLedger ledger, TimeProvider time, ILogger<LedgerQueueReader> logger) : BackgroundService
{
    /// <summary>Messages read at once; the ledger's writer puts their records into common transactions.</summary>
    private const ushort Prefetch = 16;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(5), DrainTime = TimeSpan.FromSeconds(5), Look = TimeSpan.FromSeconds(2);
    private static readonly CreateChannelOptions Concurrent = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, consumerDispatchConcurrency: Prefetch);
    private static readonly Counter RefusedRecords = Metrics.CreateCounter("platform_ledger_refused_records_total", "Records that can never be recorded and were kept aside.");
    private static readonly Gauge Waiting = Metrics.CreateGauge("platform_ledger_queue_messages", "Messages in the ledger's queues, those being read not counted.", "queue");

    private int _reading;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var broker = new BrokerChannel(options, "ledger reader", Concurrent);
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var channel = await broker.Open(stoppingToken);
                var consumer = await Consume(channel, stoppingToken);
                pause = FirstPause;
                await Watch(channel, stoppingToken);
                if (stoppingToken.IsCancellationRequested) await Drain(channel, consumer);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.QueueLost(logger, e.GetBaseException().Message);
            }
            catch (Exception e)
            {
                Log.NotDrained(logger, e.GetBaseException().Message);
            }

            await broker.Drop();
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<string> Consume(IChannel channel, CancellationToken stopping)
    {
        await channel.BasicQosAsync(prefetchSize: 0, Prefetch, global: false, stopping);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => Receive(channel, delivery, stopping);
        return await channel.BasicConsumeAsync(LedgerQueue.Name, autoAck: false, consumer, stopping);
    }

    /// <summary>Returns when the channel is lost or the process is to stop.</summary>
    private async Task Watch(IChannel channel, CancellationToken stopping)
    {
        while (channel.IsOpen && !stopping.IsCancellationRequested)
        {
            foreach (var queue in (string[])[LedgerQueue.Name, LedgerQueue.Refused]) Waiting.WithLabels(queue).Set(await channel.MessageCountAsync(queue, stopping));
            await Task.Delay(Look, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (channel.CloseReason is { } reason) Log.QueueLost(logger, reason.ReplyText);
    }

    /// <summary>Takes no more and finishes what is being recorded; what does not get ready comes again to whoever reads next.</summary>
    private async Task Drain(IChannel channel, string consumer)
    {
        await channel.BasicCancelAsync(consumer);
        var since = time.GetTimestamp();
        while (Volatile.Read(ref _reading) > 0 && time.GetElapsedTime(since) < DrainTime) await Task.Delay(TimeSpan.FromMilliseconds(20), time);
    }

    private async Task Receive(IChannel channel, BasicDeliverEventArgs delivery, CancellationToken stopping)
    {
        Interlocked.Increment(ref _reading);
        try
        {
            var refused = await Record(delivery.Body, stopping);
            if (refused is { } aside) await KeepAside(channel, aside.Body, aside.Reason);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, CancellationToken.None);
        }
        catch (Exception e)
        {
            // the lost channel brings the message again
            if (!stopping.IsCancellationRequested) Log.NotAcknowledged(logger, e.GetBaseException().Message);
            if (channel.IsOpen) await channel.AbortAsync(CancellationToken.None);
        }
        finally
        {
            Interlocked.Decrement(ref _reading);
        }
    }

    /// <summary>Records a message; returns what of it can't be recorded.</summary>
    private async Task<(byte[] Body, string Reason)?> Record(ReadOnlyMemory<byte> body, CancellationToken stopping)
    {
        GenerationFinished[] batch;
        try
        {
            batch = LedgerCodec.Read(body.Span);
        }
        catch (JsonException e)
        {
            Log.MessageRefused(logger, body.Length, LedgerQueue.Refused, e.Path ?? "");
            return (body.ToArray(), "it is no message of the ledger");
        }

        var refusals = await Task.WhenAll(batch.Select(finished => Record(finished, stopping)));
        var refused = batch.Where((_, i) => refusals[i] is not null).Select(LedgerCodec.Write).ToList();
        return refused.Count > 0 ? (LedgerCodec.Join(refused), string.Join("; ", refusals.Where(reason => reason is not null).Take(8))) : null;
    }

    /// <summary>Null once it is recorded, else why it never can be.</summary>
    private async Task<string?> Record(GenerationFinished finished, CancellationToken stopping)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await ledger.Record(finished, CancellationToken.None);
                return null;
            }
            catch (RecordRefusedException refused)
            {
                Log.RecordRefused(logger, finished.Figures.GenerationId, LedgerQueue.Refused, refused.Message);
                return refused.Message;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                Log.RecordDelayed(logger, e, finished.Figures.GenerationId);
                await Task.Delay(pause, time, stopping);
            }
        }
    }

    private static async Task KeepAside(IChannel channel, byte[] body, string reason)
    {
        RefusedRecords.Inc();
        var properties = new BasicProperties { DeliveryMode = DeliveryModes.Persistent, ContentType = "application/json", Headers = new Dictionary<string, object?> { [LedgerQueue.ReasonHeader] = reason } };
        await channel.BasicPublishAsync("", LedgerQueue.Refused, mandatory: true, properties, body, CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The ledger's queue is not read; trying on: {Reason}")]
        public static partial void QueueLost(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "What was being read was not finished and comes again: {Reason}")]
        public static partial void NotDrained(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Warning, "A message of the ledger was not acknowledged and comes again: {Reason}")]
        public static partial void NotAcknowledged(ILogger logger, string reason);

        [LoggerMessage(4, LogLevel.Error, "{GenerationId} could not be recorded and is tried again")]
        public static partial void RecordDelayed(ILogger logger, Exception exception, string generationId);

        [LoggerMessage(5, LogLevel.Critical, "{GenerationId} can never be recorded and is kept in the queue {Queue}: {Reason}")]
        public static partial void RecordRefused(ILogger logger, string generationId, string queue, string reason);

        [LoggerMessage(6, LogLevel.Critical, "A message of {Bytes} bytes is none of the ledger's and is kept in the queue {Queue}: {Where}")]
        public static partial void MessageRefused(ILogger logger, int bytes, string queue, string where);
    }
}
