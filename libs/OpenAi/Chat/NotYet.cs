using System.Collections.Frozen;
using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Chat;

/// <summary>Refuses by name what would change the answer but is not there yet. Unknown fields are ignored: SDKs send new ones all the time.</summary>
internal static class NotYet
{
    /// <summary>Fields that are refused unless they hold nothing (null, false, empty) or the number that switches them off.</summary>
    private static readonly FrozenDictionary<string, double?> Off = new Dictionary<string, double?>
    {
        ["tools"] = null, ["functions"] = null, ["audio"] = null, ["web_search_options"] = null, ["moderation"] = null,
        ["top_a"] = 0, ["tfs_z"] = 1, ["mirostat"] = 0, ["length_penalty"] = 1, ["no_repeat_ngram_size"] = 0, ["best_of"] = 1, ["use_beam_search"] = null, ["n_probs"] = 0,
        ["prompt_logprobs"] = null, ["bad_words"] = null, ["allowed_token_ids"] = null, ["samplers"] = null,
        ["logits_processors"] = null, ["grammar"] = null, ["json_schema"] = null, ["structured_outputs"] = null, ["guided_json"] = null, ["guided_regex"] = null, ["guided_choice"] = null,
        ["guided_grammar"] = null, ["chat_template"] = null, ["echo"] = null, ["lora"] = null, ["documents"] = null,
        ["thinking"] = null,
    }.ToFrozenDictionary();

    public static void Check(JsonElement body, JsonObjectReader fields, FirstError errors)
    {
        fields.Array("tools");
        fields.Array("functions");
        fields.Boolean("parallel_tool_calls");
        foreach (var property in body.EnumerateObject())
        {
            if (IsRefused(property)) errors.Add(ApiError.Unsupported(property.Name));
        }

        ToolChoice(fields, "tool_choice", "tools", errors);
        ToolChoice(fields, "function_call", "functions", errors);
        ResponseFormat(fields, errors);
        Modalities(fields, errors);
        Only(fields, errors, "reasoning_effort", ["none"], ["minimal", "low", "medium", "high", "xhigh", "max"]);
        fields.OneOf("verbosity", "low", "medium", "high"); // no open model has such a switch
    }

    /// <summary>Whether a field is one of those that are not there, and holds something.</summary>
    public static bool IsRefused(JsonProperty property) => Off.TryGetValue(property.Name, out var off) && !IsOff(property.Value, off);

    private static bool IsOff(JsonElement value, double? off) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0 && !value.EnumerateObject().Any(),
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == off,
        _ => false,
    };

    private static void ToolChoice(JsonObjectReader fields, string name, string needs, FirstError errors)
    {
        if (!fields.Has(name, out var choice)) return;
        if (choice.ValueKind != JsonValueKind.Object && fields.OneOf(name, "none", "auto", "required") is null or "none" or "auto") return;
        errors.Add(ApiError.Invalid($"Invalid value for '{name}': '{name}' is only allowed when '{needs}' are specified.", name));
    }

    private static void ResponseFormat(JsonObjectReader fields, FirstError errors)
    {
        if (fields.Object("response_format") is not { } format) return;
        var inside = new JsonObjectReader(format, "response_format.", errors);
        inside.RequiredText("type");
        if (inside.OneOf("type", "json_object", "json_schema", "text") is { } type and not "text")
        {
            errors.Add(ApiError.UnsupportedValue("response_format.type", type, "'text'") with { Code = "unsupported_parameter", Param = "response_format" });
        }
    }

    private static void Modalities(JsonObjectReader fields, FirstError errors)
    {
        if (fields.Array("modalities") is not { } modalities) return;
        foreach (var (i, kind) in modalities.EnumerateArray().Index())
        {
            if (kind.ValueKind != JsonValueKind.String) errors.Add(Wrong.Type($"modalities[{i}]", "a string", kind));
            else if (kind.ValueEquals("audio")) errors.Add(ApiError.UnsupportedValue("modalities", "audio", "'text'") with { Code = "unsupported_parameter" });
            else if (!kind.ValueEquals("text")) errors.Add(Wrong.Value($"modalities[{i}]", kind.GetString()!, ["text", "audio"])); // a JSON string is never null
        }
    }

    /// <summary>A field some of whose values leave the answer as it is; the others are known, but not there yet.</summary>
    private static void Only(JsonObjectReader fields, FirstError errors, string name, string[] inert, string[] later)
    {
        if (fields.OneOf(name, [.. inert, .. later]) is { } value && later.Contains(value))
        {
            errors.Add(ApiError.UnsupportedValue(name, value, string.Join(" or ", inert.Select(one => $"'{one}'"))) with { Code = "unsupported_parameter" });
        }
    }
}
