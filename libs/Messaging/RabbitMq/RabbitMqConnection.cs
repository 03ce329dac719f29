using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Platform.Messaging.RabbitMq;

/// <summary>The connection frames travel on. It recovers by itself, queues and consumers included; the first connect is tried until it succeeds.</summary>
internal sealed partial class RabbitMqConnection(RabbitMqOptions options, ILogger<RabbitMqConnection> logger) : IHostedService, IAsyncDisposable
{
    /// <summary>Of every connection to the broker: one that is silent for two of them is given up, and its queues go with it.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private IConnection? _connection;

    public bool IsOpen => _connection?.IsOpen ?? false;

    public Task<IChannel> OpenChannel(CancellationToken cancellation) =>
        (_connection ?? throw new InvalidOperationException("The connection has not been started.")).CreateChannelAsync(cancellationToken: cancellation);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = options.Uri,
            ClientProvidedName = "frames",
            NetworkRecoveryInterval = Retry,
            RequestedHeartbeat = Heartbeat,
        };
        while (true)
        {
            try
            {
                _connection = await factory.CreateConnectionAsync(cancellationToken);
                return;
            }
            catch (BrokerUnreachableException e)
            {
                Log.BrokerNotReached(logger, factory.HostName, factory.Port, e.InnerException?.Message ?? e.Message);
                await Task.Delay(Retry, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _connection?.CloseAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? default;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "RabbitMQ at {Host}:{Port} is not reached and is tried again: {Reason}")]
        public static partial void BrokerNotReached(ILogger logger, string host, int port, string reason);
    }
}
