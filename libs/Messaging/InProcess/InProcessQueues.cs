using System.Collections.Concurrent;
using MassTransit;
using Platform.Messaging.Runs;

namespace Platform.Messaging.InProcess;

/// <summary>Worker queues on MassTransit's in-memory transport. It makes a queue for any name it is given, so the open ones are remembered.</summary>
internal sealed class InProcessQueues(IBus bus, IReceiveEndpointConnector endpoints) : IWorkerQueues
{
    private readonly ConcurrentDictionary<string, bool> _open = new();

    public bool IsConnected => true;

    public async Task Send<T>(string worker, T command, CancellationToken cancellation)
        where T : class
    {
        if (!_open.ContainsKey(worker)) throw new WorkerUnreachableException($"Worker {worker} has no queue.");
        var endpoint = await bus.GetSendEndpoint(new Uri($"queue:{WorkerQueue.NameOf(worker)}"));
        await endpoint.Send(command, cancellation);
    }

    public async Task<WorkerQueue> Open(string worker, Action<IReceiveEndpointConfigurator> consumers)
    {
        var handle = endpoints.ConnectReceiveEndpoint(WorkerQueue.NameOf(worker), (_, endpoint) =>
        {
            endpoint.ForCommands();
            consumers(endpoint);
        });
        await handle.Ready;
        _open[worker] = true;
        return new WorkerQueue(handle, () => _open.TryRemove(worker, out _));
    }
}
