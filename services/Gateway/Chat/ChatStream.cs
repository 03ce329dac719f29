using Platform.Contracts.Runs;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Streaming;
using TokenLogprob = Platform.OpenAi.Logprobs.TokenLogprob;

namespace Platform.Gateway.Chat;

/// <summary>An answer as server-sent events: one flush per frame.</summary>
/// <param name="after">The last event that the client has, when it has come back.</param>
/// <param name="holdHeaders">The worker may refuse the request: until it has begun nothing is sent, so that a refusal keeps its status.</param>
internal sealed class ChatStream(HttpContext http, AnswerHead head, ChatCompletionRequest request, StreamPosition? after, bool holdHeaders) : IAnswer
{
    private readonly ChatChunkWriter chunks = new(head, request.StreamOptions, new EventIds(request.Choices, after), request.Logprobs is not null);
    private readonly List<TokenLogprob>?[] pending = new List<TokenLogprob>?[request.Choices];
    private readonly bool[] finished = new bool[request.Choices];
    private bool begun;

    public async ValueTask Show(Step step, CancellationToken cancellation)
    {
        var output = http.Response.BodyWriter;
        if (step.Frame is not { } frame)
        {
            if (holdHeaders && !begun) return;
            EventStreamHeaders.Write(http);
            ChatChunkWriter.Ping(output);
        }
        else
        {
            if (frame.Started is { } started) chunks.Used = new TokenUsage(started.PromptTokens, started.CachedTokens, chunks.Used.Completion);
            Begin();
            WriteTokens(frame, step.Skip);
            if (frame.Finish is { } reason) Finish(frame.Choice, reason);
        }

        await output.FlushAsync(cancellation);
    }

    public ValueTask End(Generation generation, CancellationToken cancellation) => End([.. generation.Choices.Select(choice => choice.Finish)], generation.Usage(), cancellation);

    public async ValueTask End(IReadOnlyList<FinishReason?> finishes, TokenUsage usage, CancellationToken cancellation)
    {
        var output = http.Response.BodyWriter;
        Begin();
        for (var i = 0; i < finished.Length; i++)
        {
            if (!finished[i]) WriteFinish(i, finishes[i]);
        }

        if (request.StreamOptions.IncludeUsage) chunks.Usage(output, request.Choices - 1, usage);
        ChatChunkWriter.Done(output);
        await output.FlushAsync(cancellation);
    }

    public async ValueTask Fail(ApiError error, CancellationToken cancellation)
    {
        if (!http.Response.HasStarted)
        {
            await error.Write(http);
            return;
        }

        ChatChunkWriter.Error(http.Response.BodyWriter, error);
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    /// <summary>One event a token that has text; text behind the last token came with the end of a choice that got no more tokens.</summary>
    private void WriteTokens(Frame frame, int skip)
    {
        var start = frame.TextStart(skip);
        for (var i = skip; i < frame.Tokens.Length; start = frame.TextEnds[i++])
        {
            if (request.StreamOptions.ContinuousUsage) chunks.Used = chunks.Used with { Completion = chunks.Used.Completion + 1 };
            if (frame.Logprobs.Length > 0 && frame.Logprobs[i] is { } logprob) (pending[frame.Choice] ??= []).Add(logprob.ToWire());
            WriteContent(frame.Choice, frame.Text.AsSpan(start, frame.TextEnds[i] - start));
        }

        WriteContent(frame.Choice, frame.Text.AsSpan(start));
    }

    /// <summary>Tokens that are only part of a character go with the one that completes it.</summary>
    private void WriteContent(int choice, ReadOnlySpan<byte> text)
    {
        if (text.Length == 0 && !finished[choice]) return;
        chunks.Content(http.Response.BodyWriter, choice, text, pending[choice]);
        pending[choice]?.Clear();
    }

    /// <summary>A choice that ends before the others says so at once; the last one waits until the generation is recorded.</summary>
    private void Finish(int choice, FinishReason reason)
    {
        if (finished.Count(ended => !ended) > 1) WriteFinish(choice, reason);
    }

    private void WriteFinish(int choice, FinishReason? reason)
    {
        finished[choice] = true;
        if (pending[choice] is { Count: > 0 }) WriteContent(choice, []);
        chunks.Finish(http.Response.BodyWriter, choice, reason.ForClient());
    }

    private void Begin()
    {
        EventStreamHeaders.Write(http);
        if (begun) return;
        begun = true;
        for (var i = 0; i < request.Choices; i++) chunks.Role(http.Response.BodyWriter, i);
    }
}
