using RabbitMQ.Client;

namespace Platform.Messaging.Ledger;

/// <summary>The ledger's queue: what generations came to, many in one message, confirmed once it is on disk. Whoever comes first declares it.</summary>
internal static class LedgerQueue
{
    public const string Name = "ledger";

    /// <summary>Records that can never be recorded, for a person to look at.</summary>
    public const string Refused = "ledger-refused";

    public const string ReasonHeader = "reason";

    public static async Task Declare(IChannel channel, CancellationToken cancellation)
    {
        var quorum = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        await channel.QueueDeclareAsync(Refused, durable: true, exclusive: false, autoDelete: false, quorum, cancellationToken: cancellation);
        // a broker that limits deliveries by itself must not throw away what it gives up on
        var kept = new Dictionary<string, object?>(quorum) { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = Refused };
        await channel.QueueDeclareAsync(Name, durable: true, exclusive: false, autoDelete: false, kept, cancellationToken: cancellation);
    }
}
