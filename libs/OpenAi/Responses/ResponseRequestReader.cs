using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Responses;

/// <summary>Reads and validates the body of <c>POST /v1/responses</c>. What it has in common with a chat completion is checked when it becomes one.</summary>
public static class ResponseRequestReader
{
    private static readonly string[] Includes =
    [
        "file_search_call.results", "web_search_call.results", "web_search_call.action.sources", "message.input_image.image_url", "computer_call_output.output.image_url",
        "code_interpreter_call.outputs", "reasoning.encrypted_content", "message.output_text.logprobs",
    ];

    /// <param name="body">UTF-8 JSON as received.</param>
    /// <param name="newId">Makes a public id from its prefix.</param>
    public static ApiResult<ResponseRequest> Read(ReadOnlyMemory<byte> body, Func<string, string> newId) => JsonRoot.Read<ResponseRequest>(body, json => Read(json, newId));

    private static ApiResult<ResponseRequest> Read(JsonElement body, Func<string, string> newId)
    {
        var errors = new FirstError();
        var fields = new JsonObjectReader(body, "", errors);
        if (!fields.Has("model", out _)) errors.Add(Wrong.Missing("model"));
        var request = new ResponseRequest
        {
            Body = body.Clone(),
            Model = fields.Text("model", 512) ?? "",
            Input = Input(fields, errors, newId),
            Instructions = fields.Text("instructions"),
            PreviousResponseId = fields.Text("previous_response_id"),
            ConversationId = Conversation(fields, errors),
            Store = fields.Boolean("store") ?? true,
            Background = fields.Boolean("background") ?? false,
            Stream = fields.Boolean("stream") ?? false,
            Truncates = fields.OneOf("truncation", "auto", "disabled") == "auto",
            Metadata = MetadataReader.Read(fields, errors),
        };
        var include = Include(fields, errors);
        request = request with { IncludeEncryptedReasoning = include.Contains("reasoning.encrypted_content"), IncludeLogprobs = include.Contains("message.output_text.logprobs") };
        Combinations(request, errors);
        Check(fields, ref request, errors);
        return errors.Found is { } error ? error : request;
    }

    private static IReadOnlyList<ResponseItem> Input(JsonObjectReader fields, FirstError errors, Func<string, string> newId)
    {
        if (fields.Has("input", out var input)) return new ResponseItemReader(errors, newId).Input(input, "input");
        if (fields.Object("prompt") is null && !fields.Has("previous_response_id", out _) && !fields.Has("conversation", out _)) errors.Add(Wrong.Missing("input"));
        return [];
    }

    private static string? Conversation(JsonObjectReader fields, FirstError errors)
    {
        if (!fields.Has("conversation", out var conversation)) return null;
        if (conversation.ValueKind == JsonValueKind.String) return conversation.GetString();
        if (conversation.ValueKind == JsonValueKind.Object) return new JsonObjectReader(conversation, "conversation.", errors).RequiredText("id");
        errors.Add(Wrong.Type("conversation", "one of a string or object", conversation));
        return null;
    }

    private static List<string> Include(JsonObjectReader fields, FirstError errors)
    {
        var include = new List<string>();
        if (fields.Array("include") is not { } given) return include;
        foreach (var (i, one) in given.EnumerateArray().Index())
        {
            if (one.ValueKind != JsonValueKind.String) errors.Add(Wrong.Type($"include[{i}]", "a string", one));
            else if (Includes.Contains(one.GetString())) include.Add(one.GetString()!); // a JSON string is never null
            else errors.Add(Wrong.Value($"include[{i}]", one.GetString()!, Includes));
        }

        return include;
    }

    private static void Combinations(ResponseRequest request, FirstError errors)
    {
        if (request is { PreviousResponseId: not null, ConversationId: not null })
        {
            errors.Add(ApiError.Invalid("Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you are only providing one of them.", "previous_response_id", "mutually_exclusive_parameters"));
        }

        if (request is { Background: true, Store: false }) errors.Add(ApiError.Invalid("background can only be used when `store` is true", "background"));
    }

    /// <summary>The fields a chat completion does not have.</summary>
    private static void Check(JsonObjectReader fields, ref ResponseRequest request, FirstError errors)
    {
        fields.Integer("max_output_tokens", 16, long.MaxValue);
        fields.Integer("max_tool_calls", 1, long.MaxValue);
        fields.Text("prompt_cache_key", 1024);
        fields.OneOf("prompt_cache_retention", "in_memory", "in-memory", "24h");
        fields.Object("prompt_cache_options");
        if (fields.Object("stream_options") is { } options)
        {
            if (fields.Boolean("stream") != true) errors.Add(ApiError.Invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options"));
            request = request with { Obfuscates = new JsonObjectReader(options, "stream_options.", errors).Boolean("include_obfuscation") ?? true };
        }

        if (fields.Object("reasoning") is { } reasoning)
        {
            var inside = new JsonObjectReader(reasoning, "reasoning.", errors);
            inside.OneOf("effort", "none", "minimal", "low", "medium", "high", "xhigh", "max");
            inside.OneOf("summary", "auto", "concise", "detailed");
            inside.OneOf("generate_summary", "auto", "concise", "detailed");
        }

        foreach (var name in (string[])["prompt", "moderation"])
        {
            if (fields.Object(name) is not null) errors.Add(ApiError.Unsupported(name));
        }

        if (fields.Array("context_management") is { } management && management.GetArrayLength() > 0) errors.Add(ApiError.Unsupported("context_management"));
    }
}
