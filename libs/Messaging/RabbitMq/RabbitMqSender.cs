using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Runs;
using Platform.Messaging.Frames;
using RabbitMQ.Client;

namespace Platform.Messaging.RabbitMq;

/// <summary>Publishes frames to gateways' queues: mandatory, so that what nobody takes comes back; not confirmed, since a gap is asked for again by position.</summary>
internal sealed partial class RabbitMqSender(RabbitMqConnection connection, ILogger<RabbitMqSender> logger) : BackgroundService, IFrameSender
{
    private readonly Channel<(string Address, ReadOnlyMemory<byte> Body)> _outbox =
        Channel.CreateBounded<(string, ReadOnlyMemory<byte>)>(new BoundedChannelOptions(10_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ConcurrentDictionary<string, Reach> _addresses = new();

    public ValueTask<bool> Send(string address, Frame frame, CancellationToken cancellation)
    {
        if (!connection.IsOpen) return new(true); // nobody can tell; what is missing is asked for again
        _outbox.Writer.TryWrite((address, FrameCodec.Write(frame)));
        return new(_addresses.GetOrAdd(address, _ => new Reach()).Sent());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await using var channel = await connection.OpenChannel(stoppingToken);
            channel.BasicReturnAsync += (_, returned) =>
            {
                if (_addresses.TryGetValue(returned.RoutingKey, out var reach)) reach.Returned();
                return Task.CompletedTask;
            };
            await foreach (var (address, body) in _outbox.Reader.ReadAllAsync(stoppingToken)) await Publish(channel, address, body, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task Publish(IChannel channel, string address, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        try
        {
            await channel.BasicPublishAsync(exchange: "", routingKey: address, mandatory: true, body: body, cancellationToken: cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.FrameLost(logger, e.Message);
        }
    }

    /// <summary>What returns tell about an address. It counts as reached again when what was sent a second ago has not come back.</summary>
    private sealed class Reach
    {
        private static readonly TimeSpan Roundtrip = TimeSpan.FromSeconds(1);

        private readonly Lock _gate = new();
        private long? _sentSinceReturn;
        private bool _gone;

        public bool Sent()
        {
            lock (_gate)
            {
                var now = TimeProvider.System.GetTimestamp();
                if (_gone && _sentSinceReturn is { } sent && TimeProvider.System.GetElapsedTime(sent, now) > Roundtrip) _gone = false;
                _sentSinceReturn ??= now;
                return !_gone;
            }
        }

        public void Returned()
        {
            lock (_gate) (_gone, _sentSinceReturn) = (true, null);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A frame was lost: {Reason}")]
        public static partial void FrameLost(ILogger logger, string reason);
    }
}
