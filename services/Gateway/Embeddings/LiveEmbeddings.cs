using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.Contracts.Generations;
using Platform.Gateway.Generations;
using Platform.Messaging.Runs;

namespace Platform.Gateway.Embeddings;

/// <summary>The embeddings this gateway is waiting for, and what they need.</summary>
internal sealed class LiveEmbeddings(
    IGrainFactory grains, EmbeddingInbox inbox, IWorkerQueues queues, ServedModels models, TimeProvider clock, IOptions<GenerationOptions> options, ILogger<Embedding> logger)
{
    private readonly ConcurrentDictionary<Embedding, bool> live = new();

    public IGrainFactory Grains => grains;
    public EmbeddingInbox Inbox => inbox;
    public IWorkerQueues Queues => queues;
    public TimeProvider Clock => clock;
    public GenerationOptions Options { get; } = options.Value;
    public ILogger Logger => logger;
    public IEnumerable<Embedding> All => live.Keys;

    public async ValueTask<Embedding> Begin(EmbeddingRequest request)
    {
        var embedding = new Embedding(PublicId.New(request.IdPrefix), request, request.Estimate(await models.TemplateOverhead(request.Model.Id)), this);
        live[embedding] = true;
        return embedding;
    }

    public void Forget(Embedding embedding)
    {
        live.TryRemove(embedding, out _);
        inbox.Close(embedding.Id);
    }
}
