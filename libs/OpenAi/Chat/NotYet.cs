using System.Collections.Frozen;
using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Chat;

/// <summary>Refuses by name what would change the answer but is not there yet. Unknown fields are ignored: SDKs send new ones all the time.</summary>
internal static class NotYet
{
    /// <summary>To name it, even without options, is to ask for a search.</summary>
    private const string Search = "web_search_options";

    /// <summary>Fields that are refused unless they hold nothing (null, false, empty) or the number that switches them off.</summary>
    private static readonly FrozenDictionary<string, double?> Off = new Dictionary<string, double?>
    {
        ["audio"] = null, ["moderation"] = null,
        ["top_a"] = 0, ["tfs_z"] = 1, ["length_penalty"] = 1, ["no_repeat_ngram_size"] = 0, ["best_of"] = 1, ["use_beam_search"] = null, ["n_probs"] = 0,
        ["prompt_logprobs"] = null, ["bad_words"] = null, ["allowed_token_ids"] = null, ["samplers"] = null,
        ["logits_processors"] = null, ["chat_template"] = null, ["echo"] = null, ["lora"] = null, ["documents"] = null,
        ["thinking"] = null, ["thinking_budget_tokens"] = -1, ["thinking_token_budget"] = -1, ["reasoning_budget"] = -1,
        ["return_token_ids"] = null, ["return_tokens_as_token_ids"] = null, ["t_max_predict_ms"] = -1, ["n_indent"] = 0, ["min_keep"] = 0, ["logit_gate"] = null,
    }.ToFrozenDictionary();

    public static void Check(JsonElement body, JsonObjectReader fields, FirstError errors)
    {
        foreach (var property in body.EnumerateObject())
        {
            if (IsRefused(property)) errors.Add(ApiError.Unsupported(property.Name));
        }

        Modalities(fields, errors);
        fields.OneOf("verbosity", "low", "medium", "high"); // no open model has such a switch
    }

    /// <summary>Whether a field is one of those that are not there, and holds something.</summary>
    public static bool IsRefused(JsonProperty property) => property.Name == Search ? property.Value.ValueKind != JsonValueKind.Null : Off.TryGetValue(property.Name, out var off) && !IsOff(property.Value, off);

    private static bool IsOff(JsonElement value, double? off) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0 && !value.EnumerateObject().Any(),
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == off,
        _ => false,
    };

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
}
