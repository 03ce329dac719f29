using Microsoft.AspNetCore.Http.Features;
using Platform.Contracts.Runs;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Streaming;

namespace Platform.Gateway.Chat;

/// <summary>An answer as server-sent events: one flush per frame.</summary>
/// <param name="after">The last event that the client has, when it has come back.</param>
/// <param name="holdHeaders">The prompt may not fit: until the worker has said so nothing is sent, so that a refusal keeps its status.</param>
internal sealed class ChatStream(HttpContext http, AnswerHead head, bool includeUsage, int choices, StreamPosition? after, bool holdHeaders) : IAnswer
{
    private readonly ChatChunkWriter chunks = new(head, includeUsage, new EventIds(choices, after));
    private bool begun;

    public async ValueTask Show(Step step, CancellationToken cancellation)
    {
        var output = http.Response.BodyWriter;
        if (step.Frame is not { } frame)
        {
            if (holdHeaders && !begun) return;
            Open();
            ChatChunkWriter.Ping(output);
        }
        else
        {
            Begin();
            WriteTokens(frame, step.Skip);
        }

        await output.FlushAsync(cancellation);
    }

    public ValueTask End(Generation generation, CancellationToken cancellation) => End([.. generation.Choices.Select(choice => choice.Finish)], generation.Usage(), cancellation);

    public async ValueTask End(IReadOnlyList<FinishReason?> finishes, TokenUsage usage, CancellationToken cancellation)
    {
        var output = http.Response.BodyWriter;
        Begin();
        for (var i = 0; i < choices; i++) chunks.Finish(output, i, finishes[i].ForClient());
        if (includeUsage) chunks.Usage(output, choices - 1, usage);
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
        for (var i = skip; i < frame.Tokens.Length; start = frame.TextEnds[i++]) WriteText(frame, start, frame.TextEnds[i]);
        WriteText(frame, start, frame.Text.Length);
    }

    private void WriteText(Frame frame, int start, int end)
    {
        if (end > start) chunks.Content(http.Response.BodyWriter, frame.Choice, frame.Text.AsSpan(start, end - start));
    }

    private void Begin()
    {
        Open();
        if (begun) return;
        begun = true;
        for (var i = 0; i < choices; i++) chunks.Role(http.Response.BodyWriter, i);
    }

    private void Open()
    {
        if (http.Response.HasStarted) return;
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would collect the events otherwise
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
