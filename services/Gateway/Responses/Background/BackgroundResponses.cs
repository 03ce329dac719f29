using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Platform.Contracts.Generations;
using Platform.Eventing.Answers;
using Platform.Eventing.Background;
using Platform.Gateway.Chat;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Grains.Keys;
using Platform.Grains.Sessions;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Responses;
using ISession = Platform.Grains.Sessions.ISession;

namespace Platform.Gateway.Responses.Background;

/// <summary>
/// Runs responses nobody waits for. Each is taken on under a lease; one whose lease has lapsed, because its gateway died, is taken on by another and begun anew.
/// </summary>
internal sealed partial class BackgroundResponses(
    BackgroundStore store, StoredAnswers answers, ServedModels models, OutputPlanner outputs, ResponseTruncation truncation, LiveGenerations generations, GenerationRoad road, IGrainFactory grains, TimeProvider clock, ILogger<BackgroundResponses> logger) : BackgroundService
{
    private const int MostAtOnce = 64;
    private const int MostAttempts = 5;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly string owner = PublicId.New("gateway_");
    private readonly SemaphoreSlim asked = new(0);
    private readonly HashSet<Task> running = [];

    /// <summary>Returns when the response is sure to come; its first state is the answer.</summary>
    public async Task<StoredAnswer> Accept(ResponseRequest request, ResponseContext context, ServedModel model, ApiKeyIdentity caller, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var (id, now, whole) = (PublicId.New("resp_"), clock.GetUtcNow(), new ArrayBufferWriter<byte>(2048));
        ResponseObject.Of(id, now.ToUnixTimeSeconds(), model.Id, request).Write(whole, new ResponseState(ResponseStatus.Queued));
        var queued = new StoredAnswer(id, StoredAnswer.Response, caller.ProjectId, model.Id, now, request.PreviousResponseId, request.Metadata, whole.WrittenSpan.ToArray(), []);
        await store.Request(queued, [.. context.Input.Select(item => new StoredItem(item.Id, item.Type, false, item.Json))], caller.KeyId, body.ToArray(), cancellation);
        asked.Release();
        return queued;
    }

    /// <summary>False: it had ended before.</summary>
    public async Task<bool> Cancel(StoredAnswer answer, CancellationToken cancellation)
    {
        var body = new ArrayBufferWriter<byte>(answer.Body.Length + 16);
        ResponseObject.Parse(answer.Body).WriteCancelled(body);
        return await store.Cancel(answer.Id, body.WrittenSpan.ToArray(), cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                running.RemoveWhere(task => task.IsCompleted);
                if (running.Count < MostAtOnce && await store.Claim(owner, BackgroundAnswer.Lease, stoppingToken) is { } work) running.Add(Task.Run(() => Run(work, stoppingToken), CancellationToken.None));
                else await asked.WaitAsync(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                Log.LookFailed(logger, e);
                await Task.Delay(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(running);
    }

    private async Task Run(BackgroundWork work, CancellationToken stopping)
    {
        try
        {
            if (!await Answer(work, stopping)) await store.Release(work, TimeSpan.Zero, CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.RunFailed(logger, e, work.Id, work.Attempt); // its lease lapses, and another tries
        }
    }

    /// <summary>False: it is still to be done.</summary>
    private async Task<bool> Answer(BackgroundWork work, CancellationToken stopping)
    {
        if (await answers.Find(work.ProjectId, StoredAnswer.Response, work.Id, stopping) is not { } stored) return true;
        var response = ResponseObject.Parse(stored.Body);
        var caller = new ApiKeyIdentity(work.KeyId, work.ProjectId, KeyScope.Project);
        if (work.Attempt > MostAttempts) return await End(work, stored, response, ApiError.Server());
        if (ResponseRequestReader.Read(work.Request, PublicId.New).Refused(out var error, out var request)
            || models.FindChat(request.Model, "v1/responses").Refused(out error, out var model)
            || (await Context(work, request, stopping)).Refused(out error, out var context)
            || (await truncation.Fit(request, context, model, caller, stopping)).Refused(out error, out var chat))
        {
            return await End(work, stored, response, error);
        }

        if ((await outputs.Plan(chat.ToGeneration(model, caller, work.Request) with { Id = work.Attempt == 1 ? work.Id : $"{work.Id}-{work.Attempt}", IdPrefix = "resp_", Kind = "response", IsBackground = true }, chat)).Refused(out error, out var asked))
        {
            return await End(work, stored, response, ResponseChat.InOurWords(error));
        }

        // whoever takes over draws as the one before would have
        if (chat.Sampling.Seed is null && !asked.Sampling.Deterministic) asked = asked with { Sampling = asked.Sampling with { Seed = SeedOf(work.Id) } };
        await using var generation = await generations.Begin(asked);
        var quota = await generation.Quota.Reserve();
        if (!quota.Granted)
        {
            if (quota.RetryAfterMs < 0) return await End(work, stored, response, Admission.OverLimit(quota, work.ProjectId));
            await store.Release(work, TimeSpan.FromMilliseconds(Math.Max(quota.RetryAfterMs, 500)), stopping);
            return true;
        }

        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var output = new ResponseOutput(new ResponseEvents(response, new ArrayBufferWriter<byte>(), after: long.MaxValue), request.IncludeEncryptedReasoning);
        output.ReadWith(sink => generation.Request.Output.Parser(generation.Id, 0, sink));
        var answer = new BackgroundAnswer(store, work, response, output, generation, context.Input.Count, clock, lost);
        await road.Drive(generation, answer, lost.Token);
        if (answer.HasEnded) await Add(work, request, context, output);
        return answer.HasEnded || (generation.Departure is null && !stopping.IsCancellationRequested);
    }

    /// <summary>As random as the id is.</summary>
    private static long SeedOf(string id) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id))) & long.MaxValue;

    private async Task<ApiResult<ResponseContext>> Context(BackgroundWork work, ResponseRequest request, CancellationToken cancellation)
    {
        var own = (await answers.Items(work.Id, cancellation)).Where(item => !item.IsOutput).Select(ResponseContexts.Item).ToList();
        if (request.ConversationId is { } conversation)
        {
            return await grains.GetGrain<ISession>(conversation).Items(work.ProjectId) is { } items
                ? new ResponseContext([.. items.Select(item => new ResponseItem(item.Id, item.Type, item.Json))], own)
                : ResponseContexts.ConversationNotFound(conversation);
        }

        if (request.PreviousResponseId is not { } previous) return new ResponseContext([], own);
        return await answers.Context(work.ProjectId, previous, withOutput: true, cancellation) is { } before
            ? new ResponseContext([.. before.Select(ResponseContexts.Item)], own)
            : ResponseContexts.PreviousNotFound(previous);
    }

    private async Task Add(BackgroundWork work, ResponseRequest request, ResponseContext context, ResponseOutput output)
    {
        if (request.ConversationId is not { } conversation) return;
        var turn = context.Input.Select(item => new SessionItem(item.Id, item.Type, false, item.Json))
            .Concat(output.Events.Items.Select(item => item.ToItem()).Select(item => new SessionItem(item.Id, item.Type, true, item.Json)));
        await grains.GetGrain<ISession>(conversation).Add(work.ProjectId, [.. turn]);
    }

    private async Task<bool> End(BackgroundWork work, StoredAnswer stored, ResponseObject response, ApiError error)
    {
        var body = new ArrayBufferWriter<byte>(2048);
        response.Write(body, new ResponseState(ResponseStatus.Failed) { Error = error });
        await store.End(work, ResponseObject.Name(ResponseStatus.Failed), body.WrittenSpan.ToArray(), stored.Deltas, 0, [], CancellationToken.None);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Responses in the background could not be looked for")]
        public static partial void LookFailed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Error, "Attempt {Attempt} at response {ResponseId} failed")]
        public static partial void RunFailed(ILogger logger, Exception exception, string responseId, int attempt);
    }
}
