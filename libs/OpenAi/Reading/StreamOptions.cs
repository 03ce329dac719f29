using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Reading;

/// <param name="IncludeUsage">Whether the stream ends with what it used.</param>
/// <param name="ContinuousUsage">vLLM's <c>continuous_usage_stats</c>: whether every chunk says what has been used so far.</param>
/// <param name="Obfuscate">Whether chunks are padded, so that their sizes tell less; they are unless the request says otherwise.</param>
public readonly record struct StreamOptions(bool IncludeUsage, bool ContinuousUsage = false, bool Obfuscate = false)
{
    internal static StreamOptions Read(JsonObjectReader fields, FirstError errors)
    {
        if (fields.Object("stream_options") is not { } options) return new StreamOptions(false, Obfuscate: true);
        if (fields.Boolean("stream") != true) errors.Add(ApiError.Invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options"));
        var inside = new JsonObjectReader(options, "stream_options.", errors);
        var usage = inside.Boolean("include_usage") ?? false;
        return new StreamOptions(usage, usage && (inside.Boolean("continuous_usage_stats") ?? false), inside.Boolean("include_obfuscation") ?? true);
    }
}
