using System.Globalization;
using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Sampling;

/// <summary>Reads what chat completions and completions share about drawing tokens.</summary>
internal static class SamplingReader
{
    private const int MostBreakers = 64, MostStopTokens = 128;

    public static SamplingFields Read(JsonObjectReader fields, FirstError errors)
    {
        var read = Fields(fields, errors);
        Window(fields, read, errors);
        return read;
    }

    private static SamplingFields Fields(JsonObjectReader fields, FirstError errors) => new()
    {
        Temperature = fields.Decimal("temperature", 0, 2),
        TopP = fields.Decimal("top_p", 0, 1),
        TopK = TopK(fields),
        MinP = fields.Decimal("min_p", 0, 1),
        PresencePenalty = fields.Decimal("presence_penalty", -2, 2),
        FrequencyPenalty = fields.Decimal("frequency_penalty", -2, 2),
        RepeatPenalty = fields.Decimal("repeat_penalty", 0.01, 10) ?? fields.Decimal("repetition_penalty", 0.01, 10),
        Seed = fields.Integer("seed", long.MinValue, long.MaxValue),
        Deterministic = fields.Boolean("deterministic") ?? false,
        LogitBias = LogitBias(fields, errors),
        MinTokens = (int?)fields.Integer("min_tokens", 0, int.MaxValue),
        IgnoreEnd = fields.Boolean("ignore_eos") ?? false,
        StopTokens = StopTokens(fields, errors),
        TypicalP = fields.Decimal("typical_p", 0, 1),
        TopNSigma = fields.Decimal("top_n_sigma", -1, 100),
        XtcProbability = fields.Decimal("xtc_probability", 0, 1),
        XtcThreshold = fields.Decimal("xtc_threshold", 0, 1),
        DynatempRange = fields.Decimal("dynatemp_range", 0, 2),
        DynatempExponent = fields.Decimal("dynatemp_exponent", 0, 10),
        DryMultiplier = fields.Decimal("dry_multiplier", 0, 100),
        DryBase = fields.Decimal("dry_base", 1, 10),
        DryAllowedLength = (int?)fields.Integer("dry_allowed_length", 0, int.MaxValue),
        DryLastN = (int?)fields.Integer("dry_penalty_last_n", -1, int.MaxValue),
        DryBreakers = Breakers(fields, errors),
        Mirostat = (int?)fields.Integer("mirostat", 0, 2),
        MirostatTau = fields.Decimal("mirostat_tau", 0, 100),
        MirostatEta = fields.Decimal("mirostat_eta", 0, 1),
    };

    /// <summary>Penalties look back at all that was said: a shorter look is refused where it would change something.</summary>
    private static void Window(JsonObjectReader fields, SamplingFields read, FirstError errors)
    {
        var penalises = read.RepeatPenalty is not (null or 1) || read.PresencePenalty is not (null or 0) || read.FrequencyPenalty is not (null or 0);
        if (fields.Integer("repeat_last_n", -1, int.MaxValue) is >= 0 && penalises) errors.Add(ApiError.Unsupported("repeat_last_n"));
    }

    /// <summary>vLLM and llama.cpp call everything −1 or 0.</summary>
    private static int? TopK(JsonObjectReader fields) => fields.Integer("top_k", -1, int.MaxValue) is { } topK ? (int)Math.Max(0, topK) : null;

    private static List<(int, float)> LogitBias(JsonObjectReader fields, FirstError errors)
    {
        if (fields.Has("logit_bias", out var given) && given.ValueKind == JsonValueKind.Array) return LogitBiasPairs(given, errors);
        if (fields.Object("logit_bias") is not { } map) return [];
        var biases = new List<(int, float)>();
        var inside = new JsonObjectReader(map, "logit_bias.", errors);
        foreach (var pair in map.EnumerateObject())
        {
            if (!int.TryParse(pair.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token))
            {
                errors.Add(ApiError.Invalid($"Invalid key in 'logit_bias': {Wrong.Cut(pair.Name)}. Keys are token ids, each an integer of the model's vocabulary.", "logit_bias", "invalid_value"));
            }
            else if (inside.Decimal(pair.Name, -100, 100) is { } bias)
            {
                biases.Add((token, bias));
            }
            else if (pair.Value.ValueKind == JsonValueKind.Null)
            {
                errors.Add(Wrong.Type(inside.PathOf(pair.Name), "a decimal", pair.Value));
            }

            if (errors.Found is not null) break;
        }

        return biases;
    }

    /// <summary>As llama.cpp also takes it: pairs of a token and its bias, <c>false</c> for a token that must not come.</summary>
    private static List<(int, float)> LogitBiasPairs(JsonElement pairs, FirstError errors)
    {
        var biases = new List<(int, float)>();
        foreach (var (i, pair) in pairs.EnumerateArray().Index())
        {
            var isPair = pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2;
            if (isPair && pair[0].ValueKind == JsonValueKind.Number && pair[0].TryGetInt32(out var token) && token >= 0
                && (pair[1].ValueKind == JsonValueKind.False ? -100 : pair[1].ValueKind == JsonValueKind.Number ? pair[1].GetDouble() : double.NaN) is >= -100 and <= 100 and var bias)
            {
                biases.Add((token, (float)bias));
                continue;
            }

            errors.Add(ApiError.Invalid($"Invalid 'logit_bias[{i}]': expected a pair of a token id and a bias from -100 to 100, or false.", $"logit_bias[{i}]", "invalid_value"));
            break;
        }

        return biases;
    }

    private static int[] StopTokens(JsonObjectReader fields, FirstError errors)
    {
        if (fields.Array("stop_token_ids") is not { } array) return [];
        if (array.GetArrayLength() > MostStopTokens) errors.Add(Wrong.LongArray("stop_token_ids", MostStopTokens, array.GetArrayLength()));
        return TokenIds.Read(array, "stop_token_ids", errors);
    }

    private static IReadOnlyList<string>? Breakers(JsonObjectReader fields, FirstError errors)
    {
        if (fields.Array("dry_sequence_breakers") is not { } array) return null;
        if (array.GetArrayLength() > MostBreakers) errors.Add(Wrong.LongArray("dry_sequence_breakers", MostBreakers, array.GetArrayLength()));
        return Texts.Read(array, "dry_sequence_breakers", errors);
    }
}
