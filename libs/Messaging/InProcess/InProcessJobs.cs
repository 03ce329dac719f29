using MassTransit;
using Platform.Messaging.Jobs;

namespace Platform.Messaging.InProcess;

internal sealed class InProcessJobs(IBus bus, IReceiveEndpointConnector endpoints) : IJobQueues
{
    public async Task Send<T>(string queue, T job, CancellationToken cancellation)
        where T : class
    {
        var endpoint = await bus.GetSendEndpoint(new Uri($"queue:{JobQueue.NameOf(queue)}"));
        await endpoint.Send(job, cancellation);
    }

    public async Task<JobQueue> Open(string queue, int concurrency, Action<IReceiveEndpointConfigurator> consumers)
    {
        var handle = endpoints.ConnectReceiveEndpoint(JobQueue.NameOf(queue), (_, endpoint) =>
        {
            endpoint.ForJobs(concurrency);
            consumers(endpoint);
        });
        await handle.Ready;
        return new JobQueue(handle);
    }
}
