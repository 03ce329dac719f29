using Platform.Eventing.Answers;
using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.Gateway.Responses.Background;
using Platform.Grains.Keys;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Responses;

namespace Platform.Gateway.Responses;

/// <summary><c>/v1/responses/{id}</c>: what was stored, again.</summary>
internal sealed class StoredResponsesEndpoint(Callers callers, StoredAnswers answers, BackgroundResponses background, ResponseFollower follower)
{
    public async Task Get(HttpContext http, string id)
    {
        var query = new QueryReader(http.Request.Query);
        var stream = query.Boolean("stream") ?? false;
        var after = query.Integer("starting_after", 0, long.MaxValue);
        var obfuscate = query.Boolean("include_obfuscation") ?? true;
        if (query.Error is null && after is not null && !stream) query.Refuse("starting_after", "The 'starting_after' parameter is only allowed when 'stream' is enabled.", "invalid_parameter_combination");
        if ((await Find(http, id)).Refused(out var error, out var found) || (error = query.Error) is not null)
        {
            await error!.Write(http); // one of the two is set
            return;
        }

        if (stream)
        {
            await follower.Follow(http, found, after ?? -1, obfuscate);
            return;
        }

        await http.Json(found.Body);
    }

    public async Task Delete(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found)) await error.Write(http);
        else if (await background.Cancel(found, http.RequestAborted) | await answers.Delete(found.ProjectId, StoredAnswer.Response, id, http.RequestAborted)) await http.Json(DeletedObject.Write(id, "response.deleted"));
        else await NotFound(id).Write(http);
    }

    public async Task Cancel(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found))
        {
            await error.Write(http);
            return;
        }

        if (!ResponseObject.Parse(found.Body).IsBackground)
        {
            await ApiError.Invalid("Cannot cancel a synchronous response.").Write(http);
            return;
        }

        await background.Cancel(found, http.RequestAborted);
        await Get(http, id);
    }

    public async Task InputItems(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found))
        {
            await error.Write(http);
            return;
        }

        var items = await answers.Context(found.ProjectId, id, withOutput: false, http.RequestAborted) ?? [];
        await ItemListing.Write(http, [.. items.Select(item => (item.Id, item.Body))], newestFirst: true);
    }

    private async Task<ApiResult<StoredAnswer>> Find(HttpContext http, string id)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller)) return error;
        if (!PublicIds.IsResponse(id)) return NotFound(id);
        return await answers.Find(caller.ProjectId, StoredAnswer.Response, id, http.RequestAborted) is { } found ? found : NotFound(id);
    }

    private static ApiError NotFound(string id) => new(404, $"Response with id '{id}' not found.", "invalid_request_error");
}
