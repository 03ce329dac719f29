using System.Text.Encodings.Web;
using System.Text.Json;

namespace Platform.OpenAi.Json;

/// <summary>How JSON is written that a reader of ours has checked: letters of all languages as they are.</summary>
internal static class RelaxedJson
{
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
}
