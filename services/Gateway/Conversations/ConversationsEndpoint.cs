using Platform.Contracts.Generations;
using Platform.Eventing.Answers;
using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.Gateway.Responses;
using Platform.Grains.Keys;
using Platform.Grains.Sessions;
using Platform.OpenAi.Conversations;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Responses;
using ISession = Platform.Grains.Sessions.ISession;

namespace Platform.Gateway.Conversations;

/// <summary><c>/v1/conversations</c>: each is a session grain of its project.</summary>
internal sealed class ConversationsEndpoint(Callers callers, IGrainFactory grains, StoredAnswers answers)
{
    public async Task Create(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller)
            || ConversationRequest.ReadNew(await RequestBody.Read(http), PublicId.New).Refused(out error, out var request)
            || (await Resolve(request, caller.ProjectId, http.RequestAborted)).Refused(out error, out var items))
        {
            await error.Write(http);
            return;
        }

        await Write(http, await grains.GetGrain<ISession>(PublicId.New("conv_")).Start(caller.ProjectId, request.Metadata, items));
    }

    public async Task Get(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found) || await Read(found) is not { } conversation) await (error ?? NotFound(id)).Write(http);
        else await Write(http, conversation);
    }

    public async Task Update(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found) || ConversationRequest.ReadMetadata(await RequestBody.Read(http)).Refused(out error, out var request)) await error.Write(http);
        else if (await found.Session.Change(found.ProjectId, request.Metadata) is { } changed) await Write(http, changed);
        else await NotFound(id).Write(http);
    }

    public async Task Delete(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found)) await error.Write(http);
        else if (await found.Session.End(found.ProjectId)) await http.Json(DeletedObject.Write(id, "conversation.deleted"));
        else await NotFound(id).Write(http);
    }

    public async Task AddItems(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found)
            || ConversationRequest.ReadItems(await RequestBody.Read(http), PublicId.New).Refused(out error, out var request)
            || (await Resolve(request, found.ProjectId, http.RequestAborted)).Refused(out error, out var items))
        {
            await error.Write(http);
        }
        else if (await found.Session.Add(found.ProjectId, items))
        {
            http.Response.ContentType = "application/json";
            ItemPage.Write(http.Response.BodyWriter, [.. items.Select(item => (item.Id, item.Json))], hasMore: false);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
        else
        {
            await NotFound(id).Write(http);
        }
    }

    public async Task ListItems(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found) || await found.Session.Items(found.ProjectId) is not { } items) await (error ?? NotFound(id)).Write(http);
        else await ItemListing.Write(http, [.. items.Select(item => (item.Id, item.Json))], newestFirst: true);
    }

    public async Task GetItem(HttpContext http, string id, string itemId)
    {
        if ((await Find(http, id)).Refused(out var error, out var found) || await found.Session.Items(found.ProjectId) is not { } items) await (error ?? NotFound(id)).Write(http);
        else if (items.FirstOrDefault(item => item.Id == itemId) is { } item) await http.Json(System.Text.Encoding.UTF8.GetBytes(item.Json));
        else await ItemNotFound(id, itemId).Write(http);
    }

    public async Task DeleteItem(HttpContext http, string id, string itemId)
    {
        if ((await Find(http, id)).Refused(out var error, out var found) || await Read(found) is not { } conversation) await (error ?? NotFound(id)).Write(http);
        else if (await found.Session.Remove(found.ProjectId, itemId)) await Write(http, conversation);
        else await ItemNotFound(id, itemId).Write(http);
    }

    private sealed record Found(ISession Session, string ProjectId);

    private async Task<ApiResult<Found>> Find(HttpContext http, string id)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller)) return error;
        return PublicIds.IsConversation(id) ? new Found(grains.GetGrain<ISession>(id), caller.ProjectId) : NotFound(id);
    }

    private static Task<SessionDescription?> Read(Found found) => found.Session.Read(found.ProjectId);

    private async Task<ApiResult<SessionItem[]>> Resolve(ConversationRequest request, string projectId, CancellationToken cancellation)
    {
        var items = new List<SessionItem>(request.Items.Count);
        foreach (var (i, item) in request.Items.Index())
        {
            var known = item;
            if (item.IsReference)
            {
                if (item.Id.Contains('\0') || await answers.Item(projectId, item.Id, cancellation) is not { } stored) return ApiError.Invalid($"Item with id '{item.Id}' not found.", $"items[{i}].id");
                known = new ResponseItem(stored.Id, stored.Type, stored.Body);
            }

            items.Add(new SessionItem(known.Id, known.Type, false, known.Json));
        }

        return items.ToArray();
    }

    private static async Task Write(HttpContext http, SessionDescription conversation)
    {
        http.Response.ContentType = "application/json";
        ConversationObject.Write(http.Response.BodyWriter, conversation.Id, conversation.CreatedAt.ToUnixTimeSeconds(), conversation.Metadata);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private static ApiError NotFound(string id) => ResponseContexts.ConversationNotFound(id);

    private static ApiError ItemNotFound(string id, string itemId) => new(404, $"Item with id '{itemId}' not found in conversation '{id}'.", "invalid_request_error");
}
