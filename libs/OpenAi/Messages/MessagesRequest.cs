using Platform.OpenAi.Chat;

namespace Platform.OpenAi.Messages;

/// <summary>A valid body of <c>POST /v1/messages</c> as the chat completion it comes down to.</summary>
/// <param name="StopSequences">As given.</param>
public sealed record MessagesRequest(ChatCompletionRequest Chat, IReadOnlyList<string> StopSequences);
