using System.Text;
using Platform.Eventing.Answers;
using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Grains.Keys;
using Platform.OpenAi.Chat.Stored;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Responses;

namespace Platform.Gateway.StoredCompletions;

/// <summary><c>GET /v1/chat/completions</c> and what lies under it: completions that were asked for with <c>store: true</c>.</summary>
internal sealed class StoredCompletionsEndpoint(Callers callers, ServedModels models, StoredAnswers answers, LateStoring late)
{
    public async Task List(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var query = new QueryReader(http.Request.Query);
        var limit = (int)(query.Integer("limit", 1, 100) ?? 20);
        var descending = query.OneOf("order", "asc", "desc") != "asc"; // as OpenAI's service does, whatever its description says
        var model = query.Text("model") is { } name ? models.Find(name)?.Id ?? name : null;
        var after = query.Text("after");
        if (after is not null && !PublicIds.IsCompletion(after)) query.Refuse("after", $"No such chat completion: '{after}'.", "invalid_value");
        var metadata = query.Map("metadata");
        if (query.Error is { } wrong)
        {
            await wrong.Write(http);
            return;
        }

        await late.CatchUp(caller, http.RequestAborted);
        var found = await answers.List(new AnswerQuery(caller.ProjectId, StoredAnswer.Chat, model, metadata, after, limit + 1, descending), http.RequestAborted);
        http.Response.ContentType = "application/json";
        ItemPage.Write(http.Response.BodyWriter, [.. found.Take(limit).Select(one => (one.Id, Encoding.UTF8.GetString(one.Body)))], hasMore: found.Count > limit);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    public async Task Get(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found)) await error.Write(http);
        else await http.Json(found.Body);
    }

    public async Task Update(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found) || StoredCompletion.ReadMetadata(await RequestBody.Read(http)).Refused(out error, out var metadata))
        {
            await error.Write(http);
            return;
        }

        var changed = found with { Metadata = metadata, Body = StoredCompletion.WithMetadata(found.Body, metadata) };
        await answers.Change(changed, http.RequestAborted);
        await http.Json(changed.Body);
    }

    public async Task Delete(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found)) await error.Write(http);
        else if (await answers.Delete(found.ProjectId, StoredAnswer.Chat, id, http.RequestAborted)) await http.Json(DeletedObject.Write(id, "chat.completion.deleted"));
        else await NotFound(id).Write(http);
    }

    public async Task Messages(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out _)) await error.Write(http);
        else await ItemListing.Write(http, [.. (await answers.Items(id, http.RequestAborted)).Select(item => (item.Id, item.Body))], newestFirst: false);
    }

    private async Task<ApiResult<StoredAnswer>> Find(HttpContext http, string id)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller)) return error;
        if (!PublicIds.IsCompletion(id)) return NotFound(id);
        if (await answers.Find(caller.ProjectId, StoredAnswer.Chat, id, http.RequestAborted) is { } found) return found;
        await late.CatchUp(caller, http.RequestAborted);
        return await answers.Find(caller.ProjectId, StoredAnswer.Chat, id, http.RequestAborted) is { } written ? written : NotFound(id);
    }

    private static ApiError NotFound(string id) => ApiError.NotFound($"Completion {id} not found", "completion_id");
}
