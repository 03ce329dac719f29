using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;
using Platform.OpenAi.Responses;

namespace Platform.OpenAi.Conversations;

/// <summary>A body of the conversations API: items, metadata, or both.</summary>
/// <param name="Items">References are still to be resolved.</param>
/// <param name="Metadata">JSON object of strings.</param>
public sealed record ConversationRequest(IReadOnlyList<ResponseItem> Items, string Metadata)
{
    private const int MostItems = 20;

    /// <summary><c>POST /v1/conversations</c>: everything may be absent, the body too.</summary>
    public static ApiResult<ConversationRequest> ReadNew(ReadOnlyMemory<byte> body, Func<string, string> newId) =>
        JsonRoot.Read(body.IsEmpty ? "{}"u8.ToArray() : body, json => Read(json, newId, needsItems: false, needsMetadata: false));

    public static ApiResult<ConversationRequest> ReadItems(ReadOnlyMemory<byte> body, Func<string, string> newId) => JsonRoot.Read(body, json => Read(json, newId, needsItems: true, needsMetadata: false));

    public static ApiResult<ConversationRequest> ReadMetadata(ReadOnlyMemory<byte> body) => JsonRoot.Read(body, json => Read(json, prefix => prefix, needsItems: false, needsMetadata: true));

    private static ApiResult<ConversationRequest> Read(JsonElement body, Func<string, string> newId, bool needsItems, bool needsMetadata)
    {
        var errors = new FirstError();
        var fields = new JsonObjectReader(body, "", errors);
        IReadOnlyList<ResponseItem> items = [];
        if (fields.Array("items") is { } given)
        {
            if (given.GetArrayLength() > MostItems) errors.Add(Wrong.LongArray("items", MostItems, given.GetArrayLength()));
            else if (needsItems && given.GetArrayLength() == 0) errors.Add(Wrong.EmptyArray("items"));
            else items = new ResponseItemReader(errors, newId).List(given, "items");
        }
        else if (needsItems)
        {
            errors.Add(Wrong.Missing("items"));
        }

        var metadata = MetadataReader.Read(fields, errors, needsMetadata);
        return errors.Found is { } error ? error : new ConversationRequest(items, metadata);
    }
}
