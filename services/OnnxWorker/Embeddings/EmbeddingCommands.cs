using MassTransit;
using Platform.Contracts.Embeddings;
using Platform.Contracts.Runs;

namespace Platform.OnnxWorker.Embeddings;

/// <summary>Reads this worker's queue into <see cref="EmbeddingRuns"/>.</summary>
internal sealed class EmbeddingCommands(EmbeddingRuns runs) : IConsumer<RunEmbedding>, IConsumer<CancelRun>
{
    public Task Consume(ConsumeContext<RunEmbedding> context)
    {
        runs.Accept(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<CancelRun> context)
    {
        runs.Cancel(context.Message);
        return Task.CompletedTask;
    }
}
