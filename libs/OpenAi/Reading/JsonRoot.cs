using System.Text.Json;
using System.Text.Unicode;
using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Reading;

/// <summary>Parses a request body; what is no JSON object, or no Unicode, is refused.</summary>
internal static class JsonRoot
{
    /// <summary>Objects and arrays within one another.</summary>
    private const int MostLevels = 64;

    /// <param name="body">UTF-8 JSON as received.</param>
    public static ApiResult<T> Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, ApiResult<T>> read) where T : class
    {
        try
        {
            if (!Utf8.IsValid(body.Span)) return ApiError.Invalid("The body of your request is not valid UTF-8.");
            using var document = LastOfEach.Parse(body, new JsonDocumentOptions { MaxDepth = MostLevels });
            if (body.Span.IndexOf(@"\ud"u8) >= 0 || body.Span.IndexOf(@"\uD"u8) >= 0) Unicode.Check(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : ApiError.Invalid("Invalid body: expected a JSON object.", null, "invalid_type");
        }
        catch (JsonException) when (IsJson(body.Span))
        {
            return ApiError.Invalid($"The JSON body of your request is nested too deeply: more than {MostLevels} levels.");
        }
        catch (JsonException e)
        {
            return ApiError.Invalid($"We could not parse the JSON body of your request: it is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");
        }
        catch (InvalidOperationException) // what the JSON reader throws for half of a surrogate pair
        {
            return ApiError.Invalid("The body of your request holds a string that is not valid Unicode.");
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
