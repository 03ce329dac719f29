using Platform.Catalog;
using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.Grains.Keys;
using Platform.Grains.Quotas;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Chat;

/// <summary><c>POST /v1/chat/completions</c>: authenticate, validate, reserve, dispatch and stream, settle, end.</summary>
internal sealed partial class ChatEndpoint(Callers callers, ServedModels models, Generations generations, Settlement settlement, ILogger<ChatEndpoint> logger)
{
    public async Task Complete(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (ChatRequestReader.Read(body).Refused(out error, out var request) || Model(request).Refused(out error, out var model))
        {
            await error.Write(http);
            return;
        }

        await using var generation = await generations.Begin(request, model, caller);
        var quota = await generation.Quota.Reserve();
        RateLimitHeaders.Write(http.Response, quota);
        if (!quota.Granted)
        {
            await OverLimit(quota, caller).Write(http);
            return;
        }

        var answer = AnswerTo(http, request, generation);
        var ending = await Relay(generation, answer, http.RequestAborted);
        await settlement.Settle(generation, ending, request, caller, body);
        if (ending.Error is { } failure) await answer.Fail(failure, http.RequestAborted);
        else if (ending != Ending.Left) await answer.End(generation, http.RequestAborted);
    }

    private async Task<Ending> Relay(Generation generation, IChatAnswer answer, CancellationToken aborted)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        deadline.CancelAfter(generations.Options.Timeout);
        try
        {
            await foreach (var step in generation.Steps(deadline.Token))
            {
                if (step.Error is { } error) return Ending.Failed(error);
                await answer.Show(step, deadline.Token);
            }

            return Ending.Completed;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            await generation.Cancel();
            return aborted.IsCancellationRequested ? Ending.Left : Ending.TimedOut;
        }
        catch (Exception e)
        {
            Log.RelayFailed(logger, e, generation.Id);
            await generation.Cancel();
            return Ending.Failed(Failure.Of(e));
        }
    }

    private ApiResult<ServedModel> Model(ChatCompletionRequest request)
    {
        if (models.Find(request.Model) is not { } model) return ApiError.ModelNotFound(request.Model);
        return model.Entry.Kind == ModelKind.Chat
            ? model
            : new ApiError(404, $"The model '{request.Model}' is not a chat model and thus not supported in the v1/chat/completions endpoint.", "invalid_request_error", "model");
    }

    private static IChatAnswer AnswerTo(HttpContext http, ChatCompletionRequest request, Generation generation)
    {
        var head = new AnswerHead(generation.Id, generation.StartedAt.ToUnixTimeSeconds(), generation.Model.Id, generation.Model.SystemFingerprint);
        return request.Stream
            ? new ChatStream(http, head, request.IncludeUsage, request.Choices, holdHeaders: generation.PromptEstimate >= generation.Model.Entry.ContextLength)
            : new ChatAnswer(http, head);
    }

    private static ApiError OverLimit(QuotaAnswer quota, ApiKeyIdentity caller)
    {
        var limit = quota.Limit == "requests" ? quota.Requests.Limit : quota.Tokens.Limit;
        return quota.RetryAfterMs < 0
            ? ApiError.RateLimited($"Request too large: it may need more {quota.Limit} than the limit of {limit} {quota.Limit} per minute ever allows in the project {caller.ProjectId}. Shorten it or lower max_completion_tokens.", null)
            : ApiError.RateLimited($"Rate limit of {limit} {quota.Limit} per minute reached in the project {caller.ProjectId}. Please try again in {RateLimitHeaders.Duration(quota.RetryAfterMs)}.", TimeSpan.FromMilliseconds(quota.RetryAfterMs));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{GenerationId} could not be relayed")]
        public static partial void RelayFailed(ILogger logger, Exception exception, string generationId);
    }
}
