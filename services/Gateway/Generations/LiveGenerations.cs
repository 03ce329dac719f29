using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.Contracts.Generations;
using Platform.Grains.Quotas;
using Platform.Messaging.Frames;
using Platform.Messaging.Runs;

namespace Platform.Gateway.Generations;

/// <summary>The generations this gateway owns, and what they need.</summary>
internal sealed class LiveGenerations(
    IGrainFactory grains, IFrameInbox frames, RunDispatcher runs, ServedModels models, TimeProvider clock, IOptions<GenerationOptions> options, ILogger<Generation> logger)
{
    private readonly ConcurrentDictionary<Generation, bool> live = new();

    public IGrainFactory Grains => grains;
    public IFrameInbox Frames => frames;
    public RunDispatcher Runs => runs;
    public TimeProvider Clock => clock;
    public GenerationOptions Options { get; } = options.Value;
    public ILogger Logger => logger;
    public IEnumerable<Generation> All => live.Keys;

    public async ValueTask<Generation> Begin(GenerationRequest request)
    {
        var id = request.Id ?? PublicId.New(request.IdPrefix);
        var run = request.FirstRun(id, frames.Address, clock.GetLocalNow(), Options.Timeout);
        var (model, caller) = (request.Model, request.Caller);
        var promptEstimate = Math.Min(request.PromptBytes + await models.TemplateOverhead(model.Id), model.Entry.ContextLength);
        var quota = new QuotaSlices(grains.GetGrain<IProjectQuota>(caller.ProjectId), new Reservation(id, caller.KeyId, model.Id, default, request.IsFurther ? 0 : 1), model.Entry.Prices, promptEstimate, request.Choices, request.MaxTokens, clock);
        var generation = new Generation(request, run, quota, promptEstimate, this);
        live[generation] = true;
        return generation;
    }

    /// <summary>Goes on with what another gateway, or another connection, had.</summary>
    public async ValueTask<Generation> Adopt(GenerationRequest request, AdoptedRun adopted)
    {
        var run = adopted.Run;
        var promptEstimate = Math.Min(request.PromptBytes + await models.TemplateOverhead(request.Model.Id), request.Model.Entry.ContextLength);
        var quota = new QuotaSlices(
            grains.GetGrain<IProjectQuota>(run.ProjectId), new Reservation(run.GenerationId, request.Caller.KeyId, request.Model.Id, default), request.Model.Entry.Prices, promptEstimate, run.Choices, run.MaxTokens, clock, held: run.Allowance);
        var generation = new Generation(request, run with { ReplyTo = frames.Address }, adopted.Worker, adopted.Mailbox, quota, promptEstimate, this);
        live[generation] = true;
        await quota.Offer();
        return generation;
    }

    public Generation? Find(string id, string projectId) => All.FirstOrDefault(one => one.Id == id && one.ProjectId == projectId);

    public void Forget(Generation generation) => live.TryRemove(generation, out _);
}
