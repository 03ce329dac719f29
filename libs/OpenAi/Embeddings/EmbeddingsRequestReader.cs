using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Embeddings;

/// <summary>Reads and validates the body of <c>POST /v1/embeddings</c>.</summary>
public static class EmbeddingsRequestReader
{
    private const int MaxIdentifierLength = 512;

    /// <param name="body">UTF-8 JSON as received.</param>
    public static ApiResult<EmbeddingsRequest> Read(ReadOnlyMemory<byte> body) => JsonRoot.Read(body, Read);

    private static ApiResult<EmbeddingsRequest> Read(JsonElement body)
    {
        var errors = new FirstError();
        var fields = new JsonObjectReader(body, "", errors);
        if (!fields.Has("model", out _)) errors.Add(ApiError.Invalid("you must provide a model parameter", "model", "missing_required_parameter"));
        var request = new EmbeddingsRequest
        {
            Model = fields.Text("model", MaxIdentifierLength) ?? "",
            Inputs = EmbeddingInputReader.Read(body, errors),
            Base64 = fields.OneOf("encoding_format", "float", "base64") == "base64",
            Dimensions = Dimensions(fields, errors),
            User = fields.Text("user", MaxIdentifierLength),
        };
        if (request.User?.Contains('\0') == true) errors.Add(ApiError.Invalid("Invalid 'user': it holds a NUL character.", "user", "invalid_value"));
        return errors.Found is { } error ? error : request;
    }

    /// <summary>Too few are refused in the words of the recorded service, which names no field.</summary>
    private static int? Dimensions(JsonObjectReader fields, FirstError errors)
    {
        var asked = fields.Integer("dimensions", long.MinValue, int.MaxValue);
        if (asked < 1) errors.Add(ApiError.Invalid($"{asked} is less than the minimum of 1 - 'dimensions'"));
        return (int?)asked;
    }
}
