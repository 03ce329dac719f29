using Platform.Contracts.Runs;
using Platform.OpenAi.Sampling;

namespace Platform.Gateway.Generations;

/// <summary>The one translator from the wire's sampling fields to the workers'; what is not given has llama.cpp's default.</summary>
internal static class SamplingTranslation
{
    private static readonly string[] Breakers = ["\n", ":", "\"", "*"];

    /// <param name="model">May be deterministic whatever the request says.</param>
    /// <param name="logprobs">Likeliest tokens told with each token; null: no log-probabilities.</param>
    public static Sampling ToSampling(this SamplingFields fields, ServedModel model, int? logprobs = null) => new()
    {
        Deterministic = fields.Deterministic || model.Entry.Deterministic,
        Seed = fields.Seed ?? (fields.Deterministic || model.Entry.Deterministic ? 0 : Random.Shared.NextInt64()),
        Temperature = fields.Temperature ?? 1,
        TopP = fields.TopP ?? 1,
        TopK = fields.TopK ?? 0,
        MinP = fields.MinP ?? 0,
        PresencePenalty = fields.PresencePenalty ?? 0,
        FrequencyPenalty = fields.FrequencyPenalty ?? 0,
        RepeatPenalty = fields.RepeatPenalty ?? 1,
        Logprobs = logprobs,
        Extras = Extras(fields) is var extras && extras == None ? null : extras,
    };

    private static SamplingExtras None { get; } = new();

    private static SamplingExtras Extras(SamplingFields fields) => None with
    {
        LogitBias = fields.LogitBias.Count == 0 ? None.LogitBias : [.. fields.LogitBias.Select(one => new LogitBias(one.Token, one.Bias))],
        MinTokens = fields.MinTokens ?? 0,
        IgnoreEnd = fields.IgnoreEnd,
        StopTokens = fields.StopTokens.Count == 0 ? None.StopTokens : fields.StopTokens,
        TypicalP = fields.TypicalP ?? 1,
        TopNSigma = fields.TopNSigma is > 0 ? fields.TopNSigma.Value : None.TopNSigma,
        XtcProbability = fields.XtcProbability ?? 0,
        XtcThreshold = fields.XtcProbability > 0 ? fields.XtcThreshold ?? None.XtcThreshold : None.XtcThreshold,
        DynatempRange = fields.DynatempRange ?? 0,
        DynatempExponent = fields.DynatempRange > 0 ? fields.DynatempExponent ?? 1 : 1,
        Mirostat = fields.Mirostat > 0 ? new Mirostat(fields.Mirostat.Value, fields.MirostatTau ?? 5, fields.MirostatEta ?? 0.1f) : null,
        Dry = fields.DryMultiplier > 0
            ? new DryPenalty(fields.DryMultiplier.Value, fields.DryBase ?? 1.75f, fields.DryAllowedLength ?? 2, fields.DryLastN ?? -1, fields.DryBreakers ?? Breakers)
            : null,
    };
}
