using System.Text.Encodings.Web;
using System.Text.Json;

namespace Platform.OpenAi.Responses;

internal static class ResponseJson
{
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
}
