using Platform.Contracts.Runs;
using Wire = Platform.OpenAi.Logprobs;

namespace Platform.Gateway.Generations;

/// <summary>The one translator from the workers' log-probabilities to the wire's.</summary>
internal static class LogprobTranslation
{
    public static IReadOnlyList<Wire.TokenLogprob> ToWire(this IReadOnlyList<TokenLogprob> tokens) => [.. tokens.Select(ToWire)];

    public static Wire.TokenLogprob ToWire(this TokenLogprob token) => new(token.Logprob, token.Bytes, [.. token.Top.Select(top => new Wire.TopLogprob(top.Logprob, top.Bytes))]);
}
