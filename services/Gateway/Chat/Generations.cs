using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.Contracts.Generations;
using Platform.Grains.Keys;
using Platform.Grains.Quotas;
using Platform.Messaging.Frames;
using Platform.Messaging.Runs;
using Platform.OpenAi.Chat;

namespace Platform.Gateway.Chat;

/// <summary>The generations this gateway owns, and what they need.</summary>
internal sealed class Generations(
    IGrainFactory grains, IFrameInbox frames, RunDispatcher runs, ServedModels models, TimeProvider clock, IOptions<ChatOptions> options, ILogger<Generation> logger)
{
    private readonly ConcurrentDictionary<Generation, bool> live = new();

    public IGrainFactory Grains => grains;
    public IFrameInbox Frames => frames;
    public RunDispatcher Runs => runs;
    public TimeProvider Clock => clock;
    public ChatOptions Options { get; } = options.Value;
    public ILogger Logger => logger;
    public IEnumerable<Generation> Live => live.Keys;

    public async ValueTask<Generation> Begin(ChatCompletionRequest request, ServedModel model, ApiKeyIdentity caller)
    {
        var id = PublicId.New("chatcmpl-");
        var run = ChatRun.Of(request, model, id, caller.ProjectId, request.Seed ?? Random.Shared.NextInt64(), frames.Address, clock.GetUtcNow() + Options.Timeout);
        var promptEstimate = Math.Min(request.Messages.Bytes + await models.TemplateOverhead(model.Id), model.Entry.ContextLength);
        var quota = new QuotaSlices(grains.GetGrain<IProjectQuota>(caller.ProjectId), new Reservation(id, caller.KeyId, model.Id, 0), promptEstimate, request.Choices, run.MaxTokens);
        var generation = new Generation(run, model, quota, promptEstimate, this);
        live[generation] = true;
        return generation;
    }

    public void Forget(Generation generation) => live.TryRemove(generation, out _);
}
