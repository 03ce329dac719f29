using System.Collections.Concurrent;
using System.Threading.Channels;
using MassTransit;
using Platform.Contracts.Embeddings;
using Platform.Contracts.Generations;
using Platform.Messaging.Runs;

namespace Platform.Gateway.Embeddings;

/// <summary>This gateway's own queue: answers come in here and go to whoever waits for them.</summary>
internal sealed class EmbeddingInbox(IWorkerQueues queues) : BackgroundService, IConsumer<EmbeddingAnswer>
{
    /// <summary>Parts of an answer that may wait to be read; what does not fit is asked for again.</summary>
    private const int Capacity = 256;

    private readonly ConcurrentDictionary<string, Channel<EmbeddingAnswer>> open = new();

    /// <summary>Goes into <see cref="RunEmbedding.ReplyTo"/>.</summary>
    public string Address { get; } = PublicId.New("gateway-");

    /// <summary>Opens before the run is sent; answers nobody opened for are dropped.</summary>
    public ChannelReader<EmbeddingAnswer> Open(string generationId) => open.GetOrAdd(generationId, _ => Channel.CreateBounded<EmbeddingAnswer>(Capacity)).Reader;

    public void Close(string generationId) => open.TryRemove(generationId, out _);

    public Task Consume(ConsumeContext<EmbeddingAnswer> context)
    {
        if (open.TryGetValue(context.Message.GenerationId, out var answers)) answers.Writer.TryWrite(context.Message);
        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using (await queues.Open(Address, endpoint => endpoint.Instance(this)))
        {
            await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
