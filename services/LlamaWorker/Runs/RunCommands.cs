using MassTransit;
using Platform.Contracts.Runs;
using Platform.LlamaWorker.Models;

namespace Platform.LlamaWorker.Runs;

/// <summary>Reads this worker's queue into the <see cref="RunTable"/>.</summary>
internal sealed class RunCommands(RunTable runs, PromptReader prompts) : IConsumer<RunChat>, IConsumer<AllowRun>, IConsumer<CancelRun>, IConsumer<AttachRun>, IConsumer<AdoptRun>, IConsumer<CloseRun>, IConsumer<ReadPrompt>
{
    public Task Consume(ConsumeContext<RunChat> context) => runs.Accept(context.Message).AsTask();

    public Task Consume(ConsumeContext<AllowRun> context)
    {
        runs.Allow(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<CancelRun> context)
    {
        runs.Cancel(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<AttachRun> context) => runs.Attach(context.Message).AsTask();

    public Task Consume(ConsumeContext<AdoptRun> context) => runs.Adopt(context.Message).AsTask();

    public Task Consume(ConsumeContext<CloseRun> context)
    {
        runs.Close(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ReadPrompt> context) => prompts.Accept(context.Message).AsTask();
}
