using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Rerank;

/// <summary>Reads and validates the body of <c>POST /v1/rerank</c>.</summary>
public static class RerankRequestReader
{
    private const int MaxIdentifierLength = 512;
    private const int MostDocuments = 2047;

    /// <param name="body">UTF-8 JSON as received.</param>
    public static ApiResult<RerankRequest> Read(ReadOnlyMemory<byte> body) => JsonRoot.Read(body, Read);

    private static ApiResult<RerankRequest> Read(JsonElement body)
    {
        var errors = new FirstError();
        var fields = new JsonObjectReader(body, "", errors);
        if (!fields.Has("model", out _)) errors.Add(ApiError.Invalid("you must provide a model parameter", "model", "missing_required_parameter"));
        var model = fields.Text("model", MaxIdentifierLength) ?? "";
        var query = fields.RequiredText("query");
        if (query is "") errors.Add(Wrong.EmptyText("query"));
        var bare = fields.Has("texts", out _) && !fields.Has("documents", out _);
        var documents = Documents(bare ? "texts" : "documents", body, fields, errors);
        var request = new RerankRequest
        {
            Model = model,
            Query = query ?? "",
            Documents = documents,
            TopN = (int)Math.Min(fields.Integer("top_n", 1, long.MaxValue) ?? documents.Count, documents.Count),
            ReturnDocuments = fields.Boolean(bare ? "return_text" : "return_documents") ?? false,
            Bare = bare,
            RawScores = fields.Boolean("raw_scores") ?? false,
            User = fields.Text("user", MaxIdentifierLength),
        };
        if (request.User?.Contains('\0') == true) errors.Add(ApiError.Invalid("Invalid 'user': it holds a NUL character.", "user", "invalid_value"));
        return errors.Found is { } error ? error : request;
    }

    private static IReadOnlyList<string> Documents(string name, JsonElement body, JsonObjectReader fields, FirstError errors)
    {
        if (!body.TryGetProperty(name, out var given)) errors.Add(Wrong.Missing(name));
        else if (given.ValueKind == JsonValueKind.Null) errors.Add(Wrong.Type(name, "an array", given));
        if (fields.Array(name) is not { } documents) return [];
        if (documents.GetArrayLength() == 0) errors.Add(Wrong.EmptyArray(name));
        if (documents.GetArrayLength() > MostDocuments) errors.Add(Wrong.LongArray(name, MostDocuments, documents.GetArrayLength()));
        return [.. documents.EnumerateArray().Select((document, i) => Document(document, $"{name}[{i}]", errors))];
    }

    /// <summary>A text, or an object that holds one.</summary>
    private static string Document(JsonElement document, string path, FirstError errors)
    {
        if (document.ValueKind == JsonValueKind.String) return document.GetString()!; // a JSON string is never null
        if (document.ValueKind == JsonValueKind.Object) return new JsonObjectReader(document, $"{path}.", errors).RequiredText("text") ?? "";
        errors.Add(Wrong.Type(path, "one of a string or object", document));
        return "";
    }
}
