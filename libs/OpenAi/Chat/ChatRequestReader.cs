using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Chat;

/// <summary>Reads and validates the body of <c>POST /v1/chat/completions</c>.</summary>
public static class ChatRequestReader
{
    /// <param name="body">UTF-8 JSON as received.</param>
    public static ApiResult<ChatCompletionRequest> Read(ReadOnlyMemory<byte> body) => JsonRoot.Read(body, Read);

    private static ApiResult<ChatCompletionRequest> Read(JsonElement body)
    {
        var errors = new FirstError();
        var fields = new JsonObjectReader(body, "", errors);
        var request = new ChatCompletionRequest
        {
            Model = ModelField.Read(fields, errors),
            Messages = ChatMessageReader.Read(body, errors),
            Temperature = fields.Decimal("temperature", 0, 2),
            TopP = fields.Decimal("top_p", 0, 1),
            TopK = (int?)fields.Integer("top_k", 0, int.MaxValue),
            MinP = fields.Decimal("min_p", 0, 1),
            PresencePenalty = fields.Decimal("presence_penalty", -2, 2),
            FrequencyPenalty = fields.Decimal("frequency_penalty", -2, 2),
            RepeatPenalty = fields.Decimal("repeat_penalty", 0.01, 10),
            Seed = fields.Integer("seed", long.MinValue, long.MaxValue),
            Choices = (int)(fields.Integer("n", 1, 128) ?? 1),
            MaxTokens = MaxTokens(fields, errors),
            Stop = Stop(fields, errors),
            Stream = fields.Boolean("stream") ?? false,
            IncludeUsage = IncludeUsage(fields, errors),
            User = fields.Text("safety_identifier", 64) ?? fields.Text("user", ModelField.MaxLength),
            KeepContent = fields.Boolean("store") ?? true,
            Store = fields.Boolean("store") ?? false,
        };
        if (request.User?.Contains('\0') == true) errors.Add(ApiError.Invalid("Invalid 'user': it holds a NUL character.", "user", "invalid_value"));
        MetadataReader.Read(fields, errors);
        if (request.Store) Unicode.Check(body);
        NotYet.Check(body, fields, errors);
        return errors.Found is { } error ? error : request;
    }

    private static int? MaxTokens(JsonObjectReader fields, FirstError errors)
    {
        var (current, deprecated) = (fields.Integer("max_completion_tokens", 1, long.MaxValue), fields.Integer("max_tokens", 1, long.MaxValue));
        if (current is not null && deprecated is not null)
        {
            errors.Add(ApiError.Invalid("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens", "invalid_parameter_combination"));
        }

        return (current ?? deprecated) is { } most ? (int)Math.Min(most, int.MaxValue) : null;
    }

    private static IReadOnlyList<string> Stop(JsonObjectReader fields, FirstError errors)
    {
        if (!fields.Has("stop", out var value)) return [];
        if (value.ValueKind == JsonValueKind.String) return [StopText("stop", value, errors)];
        if (value.ValueKind != JsonValueKind.Array)
        {
            errors.Add(Wrong.Type("stop", "one of a string or array of strings", value));
            return [];
        }

        if (value.GetArrayLength() > 4) errors.Add(Wrong.LongArray("stop", 4, value.GetArrayLength()));
        if (value.GetArrayLength() == 0) errors.Add(Wrong.EmptyArray("stop"));
        return [.. value.EnumerateArray().Select((text, i) => StopText($"stop[{i}]", text, errors))];
    }

    private static string StopText(string path, JsonElement value, FirstError errors)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            errors.Add(Wrong.Type(path, "a string", value));
            return "";
        }

        var text = value.GetString()!; // a JSON string is never null
        if (text.Length == 0) errors.Add(Wrong.EmptyText(path));
        return text;
    }

    private static bool IncludeUsage(JsonObjectReader fields, FirstError errors)
    {
        if (fields.Object("stream_options") is not { } options) return false;
        if (fields.Boolean("stream") != true) errors.Add(ApiError.Invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options"));
        var inside = new JsonObjectReader(options, "stream_options.", errors);
        inside.Boolean("include_obfuscation");
        return inside.Boolean("include_usage") ?? false;
    }
}
