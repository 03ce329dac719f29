using Platform.Messaging.RabbitMq;
using RabbitMQ.Client;

namespace Platform.Messaging.Ledger;

/// <summary>A connection with one channel on which the ledger's queue is declared. It does not mend itself: who uses it drops it after a failure and opens it anew, and so knows what was lost.</summary>
internal sealed class BrokerChannel(RabbitMqOptions options, string name, CreateChannelOptions kind) : IAsyncDisposable
{
    /// <summary>No step may hang on a broker that is there but does not answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private IConnection? _connection;
    private IChannel? _channel;

    public async ValueTask<IChannel> Open(CancellationToken cancellation)
    {
        if (_channel is { IsOpen: true } open) return open;
        await Drop();
        var factory = new ConnectionFactory
        {
            Uri = options.Uri,
            ClientProvidedName = name,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = RabbitMqConnection.Heartbeat,
            RequestedConnectionTimeout = Patience,
            HandshakeContinuationTimeout = Patience,
            ContinuationTimeout = Patience,
        };
        _connection = await factory.CreateConnectionAsync(cancellation);
        _channel = await _connection.CreateChannelAsync(kind, cancellation);
        await LedgerQueue.Declare(_channel, cancellation);
        return _channel;
    }

    public async ValueTask Drop()
    {
        var connection = _connection;
        (_connection, _channel) = (null, null);
        if (connection is null) return;
        try
        {
            await connection.CloseAsync(TimeSpan.FromSeconds(1));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // it was lost already, and that is why it is dropped
        }

        await connection.DisposeAsync();
    }

    public ValueTask DisposeAsync() => Drop();
}
