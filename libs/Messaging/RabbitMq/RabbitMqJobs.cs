using MassTransit;
using Platform.Messaging.Jobs;

namespace Platform.Messaging.RabbitMq;

/// <summary>Job queues on RabbitMQ: a durable quorum queue a model behind an exchange of the same name.</summary>
internal sealed class RabbitMqJobs(IBus bus, IReceiveEndpointConnector endpoints) : IJobQueues
{
    public async Task Send<T>(string queue, T job, CancellationToken cancellation)
        where T : class
    {
        // the exchange, not the queue: a sender that declared the queue would not know that it is a quorum queue
        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{JobQueue.NameOf(queue)}"));
        await endpoint.Send(job, cancellation);
    }

    public async Task<JobQueue> Open(string queue, int concurrency, Action<IReceiveEndpointConfigurator> consumers)
    {
        var handle = endpoints.ConnectReceiveEndpoint(JobQueue.NameOf(queue), (_, endpoint) =>
        {
            endpoint.ForJobs(concurrency);
            if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
            {
                rabbit.SetQuorumQueue();
                rabbit.PrefetchCount = concurrency;
            }

            consumers(endpoint);
        });
        await handle.Ready;
        return new JobQueue(handle);
    }
}
