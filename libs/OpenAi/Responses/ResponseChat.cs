using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Responses;

/// <summary>A response as the chat completion it comes down to; what that refuses is told in the words of this API.</summary>
public static partial class ResponseChat
{
    /// <summary>Fields that mean the same in both APIs, those included that only open models know.</summary>
    private static readonly string[] Common =
    [
        "temperature", "top_p", "top_k", "min_p", "typical_p", "seed", "deterministic", "stop", "presence_penalty", "frequency_penalty", "repeat_penalty", "repetition_penalty", "logit_bias", "parallel_tool_calls",
        "service_tier", "safety_identifier", "user", "chat_template_kwargs", "ignore_eos", "min_tokens", "stop_token_ids", "grammar", "guided_regex", "guided_choice",
        "guided_json", "guided_grammar", "top_n_sigma", "xtc_probability", "xtc_threshold", "dry_multiplier", "dry_base", "dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers", "dynatemp_range",
        "dynatemp_exponent", "mirostat", "mirostat_tau", "mirostat_eta",
    ];

    /// <param name="context">The items before this request's own.</param>
    public static ApiResult<ChatCompletionRequest> Read(ResponseRequest request, IEnumerable<ResponseItem> context)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, RelaxedJson.Options))
        {
            if (Write(json, request, context.Concat(request.Input)) is { } wrong) return wrong;
        }

        return ChatRequestReader.Read(buffer.WrittenMemory).Refused(out var error, out var chat) ? InOurWords(error) : chat;
    }

    private static ApiError? Write(Utf8JsonWriter json, ResponseRequest request, IEnumerable<ResponseItem> items)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WritePropertyName("messages"u8);
        var messages = new ResponseMessages(json);
        messages.Write(request.Instructions, items);
        if (messages.Error is not null) return messages.Error;
        if (request.Stream) json.WriteBoolean("stream"u8, true);
        foreach (var name in Common) Copy(json, request.Body, name, name);
        Copy(json, request.Body, "max_output_tokens", "max_completion_tokens");
        if (request.IncludeLogprobs || (Given(request.Body, "top_logprobs", out var top) && top.AsNumber() is not 0)) json.WriteBoolean("logprobs"u8, true);
        if (request.IncludeLogprobs || Given(request.Body, "top_logprobs", out top)) Copy(json, request.Body, "top_logprobs", "top_logprobs");
        if (Given(request.Body, "reasoning", out var reasoning)) Copy(json, reasoning, "effort", "reasoning_effort");
        if (Given(request.Body, "text", out var text))
        {
            if (text.ValueKind != JsonValueKind.Object) return Reading.Wrong.Type("text", "an object", text);
            Copy(json, text, "verbosity", "verbosity");
            if (Given(text, "format", out var format)) Format(json, format);
        }

        if (Given(request.Body, "tools", out var tools) && Tools(json, tools) is { } wrong) return wrong;
        if (Given(request.Body, "tool_choice", out var choice)) Choice(json, choice);
        json.WriteEndObject();
        return null;
    }

    private static void Format(Utf8JsonWriter json, JsonElement format)
    {
        json.WritePropertyName("response_format"u8);
        if (format.ValueKind != JsonValueKind.Object || !format.TryGetProperty("type", out var type) || !(type.ValueKind == JsonValueKind.String && type.ValueEquals("json_schema"u8)))
        {
            format.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "json_schema"u8);
        json.WriteStartObject("json_schema"u8);
        foreach (var property in format.EnumerateObject().Where(property => !property.NameEquals("type"u8))) property.WriteTo(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static ApiError? Tools(Utf8JsonWriter json, JsonElement tools)
    {
        if (tools.ValueKind != JsonValueKind.Array) return Reading.Wrong.Type("tools", "an array", tools);
        json.WriteStartArray("tools"u8);
        foreach (var (i, tool) in tools.EnumerateArray().Index())
        {
            if (tool.ValueKind != JsonValueKind.Object) return Reading.Wrong.Type($"tools[{i}]", "an object", tool);
            if (!tool.TryGetProperty("type", out var type)) return Reading.Wrong.Missing($"tools[{i}].type");
            if (type.ValueKind != JsonValueKind.String) return Reading.Wrong.Type($"tools[{i}].type", "a string", type);
            if (!type.ValueEquals("function"u8)) return ApiError.UnsupportedValue($"tools[{i}].type", type.GetString()!, "'function'") with { Code = "unsupported_parameter" }; // a JSON string is never null
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            foreach (var property in tool.EnumerateObject().Where(property => !property.NameEquals("type"u8))) property.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        return null;
    }

    /// <summary>A tool is named flat here and inside <c>function</c> there.</summary>
    private static void Choice(Utf8JsonWriter json, JsonElement choice)
    {
        json.WritePropertyName("tool_choice"u8);
        if (choice.ValueKind != JsonValueKind.Object || !choice.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
        {
            choice.WriteTo(json);
        }
        else if (type.ValueEquals("function"u8))
        {
            Named(json, choice);
        }
        else if (type.ValueEquals("allowed_tools"u8))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "allowed_tools"u8);
            json.WriteStartObject("allowed_tools"u8);
            Copy(json, choice, "mode", "mode");
            if (Given(choice, "tools", out var tools) && tools.ValueKind == JsonValueKind.Array)
            {
                json.WriteStartArray("tools"u8);
                foreach (var tool in tools.EnumerateArray())
                {
                    if (tool.ValueKind == JsonValueKind.Object) Named(json, tool);
                    else tool.WriteTo(json);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }
        else
        {
            choice.WriteTo(json);
        }
    }

    private static void Named(Utf8JsonWriter json, JsonElement tool)
    {
        json.WriteStartObject();
        Copy(json, tool, "type", "type");
        json.WriteStartObject("function"u8);
        Copy(json, tool, "name", "name");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Copy(Utf8JsonWriter json, JsonElement from, string name, string to)
    {
        if (from.ValueKind != JsonValueKind.Object || !Given(from, name, out var value)) return;
        json.WritePropertyName(to);
        value.WriteTo(json);
    }

    private static bool Given(JsonElement from, string name, out JsonElement value) => from.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static int? AsNumber(this JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    /// <summary>An error of the chat completion, its field named as this API has it.</summary>
    public static ApiError InOurWords(ApiError error) =>
        error.Param is { } param && Ours(param) is { } ours && ours != param ? error with { Param = ours, Message = error.Message.Replace(param, ours, StringComparison.Ordinal) } : error;

    private static string Ours(string param) => param switch
    {
        "max_completion_tokens" => "max_output_tokens",
        "reasoning_effort" => "reasoning.effort",
        "verbosity" => "text.verbosity",
        "logprobs" => "include",
        _ when param.StartsWith("messages", StringComparison.Ordinal) => "input",
        _ when param.StartsWith("response_format", StringComparison.Ordinal) => $"text.format{param["response_format".Length..].Replace(".json_schema", "", StringComparison.Ordinal)}",
        _ => Function().Replace(param, ""),
    };

    [GeneratedRegex(@"(?<=\A(tools\[\d+\]|tool_choice))\.(function|allowed_tools)\b")]
    private static partial Regex Function();
}
