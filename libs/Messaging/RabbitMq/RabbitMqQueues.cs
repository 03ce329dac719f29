using MassTransit;
using Platform.Messaging.Runs;

namespace Platform.Messaging.RabbitMq;

/// <summary>
/// Worker queues on RabbitMQ: one durable direct exchange, a private queue a worker bound to it by the worker's id.
/// An exchange a worker would leak: sending to one that has gone makes it again.
/// </summary>
internal sealed class RabbitMqQueues(IBus bus, IReceiveEndpointConnector endpoints, RabbitMqConnection connection) : IWorkerQueues
{
    private const string Exchange = "workers";

    public bool IsConnected => connection.IsOpen;

    public async Task Send<T>(string worker, T command, CancellationToken cancellation)
        where T : class
    {
        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{Exchange}?type=direct"));
        try
        {
            await endpoint.Send(command, context =>
            {
                context.SetRoutingKey(worker);
                if (context.TryGetPayload<RabbitMqSendContext>(out var publish)) publish.Mandatory = true;
            }, cancellation);
        }
        catch (MessageReturnedException unroutable)
        {
            throw new WorkerUnreachableException($"Worker {worker} has no queue.", unroutable);
        }
    }

    public async Task<WorkerQueue> Open(string worker, Action<IReceiveEndpointConfigurator> consumers)
    {
        var handle = endpoints.ConnectReceiveEndpoint(WorkerQueue.NameOf(worker), (_, endpoint) =>
        {
            endpoint.ForCommands();
            if (endpoint is IRabbitMqReceiveEndpointConfigurator queue)
            {
                (queue.Durable, queue.AutoDelete, queue.PrefetchCount) = (false, true, 64);
                queue.Bind(Exchange, binding => (binding.ExchangeType, binding.RoutingKey, binding.Durable, binding.AutoDelete) = ("direct", worker, true, false));
            }

            consumers(endpoint);
        });
        await handle.Ready;
        return new WorkerQueue(handle, () => { });
    }
}
