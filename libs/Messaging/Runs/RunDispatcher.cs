using Platform.Contracts.Runs;

namespace Platform.Messaging.Runs;

/// <summary>Gateway → worker: sends run commands to a worker's own queue. Throws <see cref="WorkerUnreachableException"/> when that worker has no queue any more.</summary>
public sealed class RunDispatcher(IWorkerQueues queues)
{
    public Task Send(string worker, RunChat run, CancellationToken cancellation) => queues.Send(worker, run, cancellation);
    public Task Send(string worker, AllowRun allow, CancellationToken cancellation) => queues.Send(worker, allow, cancellation);
    public Task Send(string worker, CancelRun cancel, CancellationToken cancellation) => queues.Send(worker, cancel, cancellation);
    public Task Send(string worker, AttachRun attach, CancellationToken cancellation) => queues.Send(worker, attach, cancellation);
    public Task Send(string worker, AdoptRun adopt, CancellationToken cancellation) => queues.Send(worker, adopt, cancellation);
    public Task Send(string worker, CloseRun close, CancellationToken cancellation) => queues.Send(worker, close, cancellation);
    public Task Send(string worker, ReadPrompt prompt, CancellationToken cancellation) => queues.Send(worker, prompt, cancellation);
}
