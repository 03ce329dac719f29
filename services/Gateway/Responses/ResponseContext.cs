using Platform.Eventing.Answers;
using Platform.Gateway.Requests;
using Platform.Grains.Sessions;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Responses;
using ISession = Platform.Grains.Sessions.ISession;

namespace Platform.Gateway.Responses;

/// <summary>What a response goes on from.</summary>
/// <param name="Before">Items of the previous responses, or of the conversation.</param>
/// <param name="Input">The request's own items, references resolved.</param>
internal sealed record ResponseContext(IReadOnlyList<ResponseItem> Before, IReadOnlyList<ResponseItem> Input);

internal sealed class ResponseContexts(StoredAnswers answers, IGrainFactory grains)
{
    public async Task<ApiResult<ResponseContext>> Find(ResponseRequest request, string projectId, CancellationToken cancellation)
    {
        IReadOnlyList<ResponseItem> before = [];
        if (request.PreviousResponseId is { } previous)
        {
            if (!PublicIds.IsResponse(previous) || await answers.Context(projectId, previous, withOutput: true, cancellation) is not { } items) return PreviousNotFound(previous);
            if (items is not [.., { IsOutput: true }]) return ApiError.Invalid($"Previous response with id '{previous}' has not ended yet.", "previous_response_id");
            before = [.. items.Select(Item)];
        }
        else if (request.ConversationId is { } conversation)
        {
            if (!PublicIds.IsConversation(conversation) || await grains.GetGrain<ISession>(conversation).Items(projectId) is not { } items) return ConversationNotFound(conversation) with { Param = "conversation" };
            before = [.. items.Select(item => new ResponseItem(item.Id, item.Type, item.Json))];
        }

        var input = new List<ResponseItem>(request.Input.Count);
        foreach (var (i, item) in request.Input.Index())
        {
            var found = item.IsReference ? before.FirstOrDefault(one => one.Id == item.Id) ?? await Lookup(projectId, item.Id, cancellation) : item;
            if (found is null) return ApiError.Invalid($"Item with id '{item.Id}' not found.", $"input[{i}].id") with { Status = 404 };
            input.Add(found);
        }

        return new ResponseContext(before, input);
    }

    public static ApiError ConversationNotFound(string id) => new(404, $"Conversation with id '{id}' not found.", "invalid_request_error");

    public static ApiError PreviousNotFound(string id) => ApiError.Invalid($"Previous response with id '{id}' not found.", "previous_response_id", "previous_response_not_found");

    private async Task<ResponseItem?> Lookup(string projectId, string itemId, CancellationToken cancellation) =>
        !itemId.Contains('\0') && await answers.Item(projectId, itemId, cancellation) is { } stored ? Item(stored) : null;

    public static ResponseItem Item(StoredItem stored) => new(stored.Id, stored.Type, stored.Body);
}
