using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;
using Platform.OpenAi.Sampling;
using Platform.OpenAi.Structured;
using Platform.OpenAi.Tools;

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
            Sampling = SamplingReader.Read(fields, errors),
            Logprobs = Logprobs(fields, errors),
            Choices = (int)(fields.Integer("n", 1, 128) ?? 1),
            MaxTokens = MaxTokens(fields, errors),
            Stop = StopField.Read(fields, errors),
            Prediction = Prediction(fields, errors),
            Stream = fields.Boolean("stream") ?? false,
            Tools = ToolReader.Read(fields, errors),
            Form = OutputFormReader.Read(fields, errors),
            ReasoningEffort = fields.OneOf("reasoning_effort", "none", "minimal", "low", "medium", "high", "xhigh", "max"),
            StreamOptions = StreamOptions.Read(fields, errors),
            ServiceTier = ServiceTier(fields),
            ContinueFinal = fields.Boolean("continue_final_message") ?? false,
            AddGenerationPrompt = fields.Boolean("add_generation_prompt") ?? true,
            TemplateArguments = fields.Object("chat_template_kwargs")?.GetRawText(),
            User = fields.Text("safety_identifier", 64) ?? fields.Text("user", ModelField.MaxLength),
            KeepContent = fields.Boolean("store") ?? true,
            Store = fields.Boolean("store") ?? false,
        };
        if (request.User?.Contains('\0') == true) errors.Add(ApiError.Invalid("Invalid 'user': it holds a NUL character.", "user", "invalid_value"));
        MetadataReader.Read(fields, errors);
        if (request.ContinueFinal && !request.Messages.EndsWithAssistant)
        {
            errors.Add(ApiError.Invalid("Invalid 'continue_final_message': the last message is not from the assistant, so there is nothing to continue.", "continue_final_message", "invalid_value"));
        }

        if (request.ContinueFinal && fields.Boolean("add_generation_prompt") == true)
        {
            errors.Add(ApiError.Invalid("Invalid 'continue_final_message': a message that is continued and a new one ('add_generation_prompt') exclude each other.", "continue_final_message", "invalid_parameter_combination"));
        }

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

        return (current ?? deprecated ?? PredictField.Read(fields)) is { } most ? (int)Math.Min(most, int.MaxValue) : null;
    }

    private static int? Logprobs(JsonObjectReader fields, FirstError errors)
    {
        var (asked, top) = (fields.Boolean("logprobs") ?? false, fields.Integer("top_logprobs", 0, 20));
        if (top is not null && !asked) errors.Add(ApiError.Invalid("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs"));
        return asked ? (int)(top ?? 0) : null;
    }

    /// <summary>What nobody here has bought runs as the default does.</summary>
    private static string ServiceTier(JsonObjectReader fields) => fields.OneOf("service_tier", "auto", "default", "flex", "scale", "priority", "fast") switch
    {
        "flex" => "flex",
        "priority" or "fast" => "priority",
        _ => "default",
    };

    /// <summary>What is likely to be said: it may make the answer faster, never different. Content parts are joined.</summary>
    private static string? Prediction(JsonObjectReader fields, FirstError errors)
    {
        if (fields.Object("prediction") is not { } prediction) return null;
        var inside = new JsonObjectReader(prediction, "prediction.", errors);
        inside.RequiredText("type");
        inside.OneOf("type", "content");
        if (!inside.Has("content", out var content))
        {
            errors.Add(Wrong.Missing("prediction.content"));
            return null;
        }

        if (content.ValueKind == JsonValueKind.String) return content.GetString();
        if (content.ValueKind == JsonValueKind.Array) return string.Concat(content.EnumerateArray().Select(PartText));
        errors.Add(Wrong.Type("prediction.content", "one of a string or array of objects", content));
        return null;
    }

    private static string? PartText(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
