using MassTransit;

namespace Platform.Messaging.Runs;

/// <summary>The queue each worker has of its own: how a command gets there, and how the worker reads it. One implementation a transport.</summary>
public interface IWorkerQueues
{
    /// <summary>False while this process has lost what carries the commands: a worker that none can reach takes no runs.</summary>
    bool IsConnected { get; }

    /// <summary>Throws <see cref="WorkerUnreachableException"/> when that worker has no queue any more.</summary>
    Task Send<T>(string worker, T command, CancellationToken cancellation)
        where T : class;

    /// <summary>Opens the queue of a worker; commands are read one at a time, in the order they were sent.</summary>
    Task<WorkerQueue> Open(string worker, Action<IReceiveEndpointConfigurator> consumers);
}

/// <summary>A worker's open queue. Disposing it closes it, once the command being read has been handled.</summary>
public sealed class WorkerQueue(HostReceiveEndpointHandle handle, Action closing) : IAsyncDisposable
{
    public static string NameOf(string worker) => $"worker-{worker}";

    public async ValueTask DisposeAsync()
    {
        closing();
        await handle.StopAsync();
    }
}

/// <summary>The granted worker has gone.</summary>
public sealed class WorkerUnreachableException : Exception
{
    public WorkerUnreachableException() { }
    public WorkerUnreachableException(string message) : base(message) { }
    public WorkerUnreachableException(string message, Exception inner) : base(message, inner) { }
}
