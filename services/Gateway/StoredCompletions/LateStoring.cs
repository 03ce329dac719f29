using System.Buffers;
using Platform.Eventing.Answers;
using Platform.Eventing.Generations;
using Platform.Gateway.Chat;
using Platform.Grains.Keys;
using Platform.OpenAi.Chat.Stored;

namespace Platform.Gateway.StoredCompletions;

/// <summary>Writes the answers that were to be stored by a gateway that died before it could: the worker has recorded them, and the first to ask finds them so.</summary>
internal sealed class LateStoring(StoredAnswers answers, GenerationReader ledger, RecordedChats chats)
{
    /// <summary>Of one look; more are written at the next.</summary>
    private const int Most = 100;

    public async Task CatchUp(ApiKeyIdentity caller, CancellationToken cancellation)
    {
        var unwritten = new AnswerQuery(caller.ProjectId, StoredAnswer.UnwrittenChat, null, new Dictionary<string, string>(), null, Most, Descending: true);
        foreach (var answer in await answers.List(unwritten, cancellation)) await Write(answer, caller, cancellation);
    }

    private async Task Write(StoredAnswer answer, ApiKeyIdentity caller, CancellationToken cancellation)
    {
        if (await ledger.Read(answer.Id, cancellation) is not { Content: { } content } recorded)
        {
            await answers.Delete(answer.ProjectId, StoredAnswer.UnwrittenChat, answer.Id, cancellation); // what was said is erased by now
            return;
        }

        if ((await chats.Open(recorded, content, caller)).Refused(out _, out var chat)) return;
        var whole = new ArrayBufferWriter<byte>();
        ChatAnswer.Write(whole, chat.Head, chat.Request, chat.Plan, Enumerable.Range(0, content.Choices.Count).Select(chat.ChoiceOf), chat.Usage, withLogprobs: chat.Request.Logprobs is not null);
        var written = answer with
        {
            Kind = StoredAnswer.Chat, Metadata = StoredCompletion.Metadata(chat.Body), Body = StoredCompletion.Write(chat.Body, whole.WrittenMemory, requestId: null, chat.Figures.Seed),
        };
        await answers.Write(written, [.. StoredCompletion.Messages(chat.Body, answer.Id).Select(message => new StoredItem(message.Id, "message", false, message.Json))], cancellation);
    }
}
