using Platform.Gateway.Chat;
using Platform.Gateway.Generations;
using Platform.Gateway.Tokens;
using Platform.Grains.Keys;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Responses;

namespace Platform.Gateway.Responses;

/// <summary><c>truncation: auto</c>: drops items from the beginning of a conversation until the rest fits the model's context.</summary>
internal sealed class ResponseTruncation(PromptTokens prompts)
{
    private const int MostRounds = 12;

    /// <summary>Room an answer needs that names no limit.</summary>
    private const int LeastOutput = 16;

    /// <summary>The chat the response comes down to, of as many of its items as fit.</summary>
    public async Task<ApiResult<ChatCompletionRequest>> Fit(ResponseRequest request, ResponseContext context, ServedModel model, ApiKeyIdentity caller, CancellationToken cancellation)
    {
        List<ResponseItem> items = [.. context.Before, .. context.Input];
        for (var round = 1; ; round++)
        {
            if (ResponseChat.Read(request with { Input = items }, []).Refused(out var error, out var chat)) return error;
            if (!request.Truncates || items.Count <= 1 || round == MostRounds) return chat;
            var generation = chat.ToGeneration(model, caller, ReadOnlyMemory<byte>.Empty);
            var room = model.Entry.ContextLength - Math.Min(chat.MaxTokens ?? LeastOutput, model.Entry.ContextLength / 2);
            if (generation.PromptBytes <= room / 2) return chat; // no tokenizer makes so many of it
            if ((await prompts.Count(model, generation.Conversation!, cancellation)).Refused(out error, out var reading)) return error; // a chat is a conversation
            if (reading.Count <= room) return chat;
            items = WithoutFirst(items, Math.Max(1, (int)(items.Count * (1 - ((double)room / reading.Count)))));
        }
    }

    /// <summary>An output whose call is dropped goes with it; the last item stays.</summary>
    private static List<ResponseItem> WithoutFirst(List<ResponseItem> items, int count)
    {
        var rest = items.Skip(Math.Min(count, items.Count - 1)).ToList();
        while (rest.Count > 1 && rest[0].Type == "function_call_output") rest.RemoveAt(0);
        return rest;
    }
}
