using Platform.OpenAi.Chat;
using Platform.OpenAi.Logprobs;

namespace Platform.OpenAi.Completions;

/// <param name="Text">UTF-8, the prompt first where it is echoed.</param>
/// <param name="Logprobs">Of its tokens, null for the first of an echoed prompt; null where they were not asked for.</param>
/// <param name="Offset">Characters before the first of these tokens.</param>
public readonly record struct CompletionChoice(int Index, ReadOnlyMemory<byte> Text, ChatFinish? Finish, IReadOnlyList<CompletionToken>? Logprobs = null, int Offset = 0);

/// <param name="Logprob">Null: it is the first of all.</param>
public readonly record struct CompletionToken(ReadOnlyMemory<byte> Bytes, TokenLogprob? Logprob);
