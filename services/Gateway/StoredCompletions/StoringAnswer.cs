using System.Buffers;
using Platform.Eventing.Answers;
using Platform.Gateway.Generations;
using Platform.OpenAi.Chat.Stored;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.StoredCompletions;

/// <summary>Stores a chat completion before its client hears that it has ended.</summary>
/// <param name="completion">Writes the <c>chat.completion</c> of an ended generation.</param>
internal sealed class StoringAnswer(IAnswer answer, StoredAnswers answers, string requestId, Action<IBufferWriter<byte>, Generation> completion) : IAnswer
{
    public ValueTask Show(Step step, CancellationToken cancellation) => answer.Show(step, cancellation);

    public async ValueTask End(Generation generation, CancellationToken cancellation)
    {
        var (body, whole) = (generation.Request.Body, new ArrayBufferWriter<byte>());
        completion(whole, generation);
        var stored = new StoredAnswer(
            generation.Id, StoredAnswer.Chat, generation.ProjectId, generation.Model.Id, generation.StartedAt, null, StoredCompletion.Metadata(body),
            StoredCompletion.Write(body, whole.WrittenMemory, requestId, generation.Request.Sampling.Seed), []);
        await answers.Save(stored, [.. StoredCompletion.Messages(body, generation.Id).Select(message => new StoredItem(message.Id, "message", false, message.Json))], cancellation);
        await answer.End(generation, cancellation);
    }

    public ValueTask Fail(ApiError error, CancellationToken cancellation) => answer.Fail(error, cancellation);
}
