using MassTransit;

namespace Platform.Messaging.Jobs;

/// <summary>Queues that many workers share, one a model: for work that is durable elsewhere, so that a message is a hint. One implementation a transport.</summary>
public interface IJobQueues
{
    /// <summary>A message nobody has a queue for is lost; whoever sent it sends it again when nothing comes of it.</summary>
    Task Send<T>(string queue, T job, CancellationToken cancellation)
        where T : class;

    /// <summary>Takes part in a queue, <paramref name="concurrency"/> messages at a time. A message is acknowledged when its consumer returns.</summary>
    Task<JobQueue> Open(string queue, int concurrency, Action<IReceiveEndpointConfigurator> consumers);
}

/// <summary>This worker's part in a queue; disposing it takes no more from it.</summary>
public sealed class JobQueue(HostReceiveEndpointHandle handle) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await handle.StopAsync();

    /// <summary>Queue names hold letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; a model's id may hold more.</summary>
    internal static string NameOf(string queue) => $"jobs-{string.Concat(queue.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'))}";
}
