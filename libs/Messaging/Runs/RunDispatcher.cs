using MassTransit;
using Platform.Contracts.Runs;

namespace Platform.Messaging.Runs;

/// <summary>Gateway → worker: sends run commands to a worker's own queue over MassTransit, whichever transport is composed.</summary>
public sealed class RunDispatcher(ISendEndpointProvider endpoints)
{
    /// <summary>Throws <see cref="WorkerUnreachableException"/> when that worker has no queue any more.</summary>
    public Task Send(string worker, RunChat run, CancellationToken cancellation) => SendTo(worker, run, cancellation);
    public Task Send(string worker, AllowRun allow, CancellationToken cancellation) => SendTo(worker, allow, cancellation);
    public Task Send(string worker, CancelRun cancel, CancellationToken cancellation) => SendTo(worker, cancel, cancellation);
    public Task Send(string worker, AttachRun attach, CancellationToken cancellation) => SendTo(worker, attach, cancellation);
    public Task Send(string worker, CloseRun close, CancellationToken cancellation) => SendTo(worker, close, cancellation);

    private async Task SendTo<T>(string worker, T message, CancellationToken cancellation)
        where T : class
    {
        var endpoint = await endpoints.GetSendEndpoint(new Uri($"queue:{WorkerQueue(worker)}"));
        await endpoint.Send(message, cancellation);
    }

    /// <summary>Name of the receive endpoint of a worker.</summary>
    public static string WorkerQueue(string worker) => $"worker-{worker}";
}

/// <summary>The granted worker has gone.</summary>
public sealed class WorkerUnreachableException : Exception
{
    public WorkerUnreachableException() { }
    public WorkerUnreachableException(string message) : base(message) { }
    public WorkerUnreachableException(string message, Exception inner) : base(message, inner) { }
}
