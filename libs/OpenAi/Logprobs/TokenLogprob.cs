namespace Platform.OpenAi.Logprobs;

/// <summary>How likely a token was.</summary>
/// <param name="Bytes">UTF-8, perhaps a part of a character.</param>
/// <param name="Top">The likeliest tokens at its place, likeliest first.</param>
public sealed record TokenLogprob(float Logprob, ReadOnlyMemory<byte> Bytes, IReadOnlyList<TopLogprob> Top);

public readonly record struct TopLogprob(float Logprob, ReadOnlyMemory<byte> Bytes);
