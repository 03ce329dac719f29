using Platform.Contracts.Runs;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Streaming;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Messages;
using Platform.Templates.Output;

namespace Platform.Gateway.Messages;

/// <summary>An answer as Anthropic's message: whole, or as its events.</summary>
internal sealed class MessagesAnswer : IAnswer, IOutputSink
{
    private readonly HttpContext http;
    private readonly Generation generation;
    private readonly OutputParser parser;
    private readonly MessagesEvents events;
    private readonly bool isStream, holdHeaders;
    private bool begun;

    public MessagesAnswer(HttpContext http, Generation generation, Func<IOutputSink, OutputParser> parserOf, bool isStream, bool holdHeaders)
    {
        (this.http, this.generation, this.isStream, this.holdHeaders) = (http, generation, isStream, holdHeaders);
        events = new MessagesEvents(generation.Id, generation.Model.Id, isStream ? http.Response.BodyWriter : null);
        parser = parserOf(this);
    }

    private MessagesUsage Usage => new((generation.Started?.PromptTokens ?? 0) - (generation.Started?.CachedTokens ?? 0), generation.Started?.CachedTokens ?? 0, generation.CompletionTokens);

    public async ValueTask Show(Step step, CancellationToken cancellation)
    {
        if (step.Frame is { } frame)
        {
            Begin();
            for (var (i, start) = (step.Skip, frame.TextStart(step.Skip)); i < frame.Tokens.Length; start = frame.TextEnds[i++])
            {
                if (frame.TextEnds[i] > start) parser.Append(frame.Text.AsSpan(start, frame.TextEnds[i] - start));
            }
        }
        else if (!isStream || (holdHeaders && !begun))
        {
            return;
        }
        else if (begun)
        {
            events.Ping();
        }
        else
        {
            http.Response.OpenEvents();
            ServerSentEvents.Ping(http.Response.BodyWriter);
        }

        if (isStream) await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    public async ValueTask End(Generation ended, CancellationToken cancellation)
    {
        Begin();
        parser.End();
        var stopSequence = ended.Choices[0].StoppedBy is { } index ? ended.Request.Stop[index] : null;
        var reason = ended.Choices[0].Finish != FinishReason.Stop ? "max_tokens" : stopSequence is not null ? "stop_sequence" : events.HasCalls ? "tool_use" : "end_turn";
        if (isStream)
        {
            events.End(reason, stopSequence, Usage);
        }
        else
        {
            http.Response.ContentType = "application/json";
            events.Write(http.Response.BodyWriter, reason, stopSequence, Usage);
        }

        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    public async ValueTask Fail(ApiError error, CancellationToken cancellation)
    {
        if (!http.Response.HasStarted)
        {
            await error.Write(http);
            return;
        }

        events.Fail(error, http.TraceIdentifier);
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    public void Content(ReadOnlySpan<byte> utf8) => Say(BlockKind.Text, utf8);

    public void Reasoning(ReadOnlySpan<byte> utf8) => Say(BlockKind.Thinking, utf8);

    public void ToolCall(int index, string id, string name) => events.Add(BlockKind.ToolUse, id, name);

    public void Arguments(int index, ReadOnlySpan<byte> utf8) => events.Delta(utf8);

    private void Say(BlockKind kind, ReadOnlySpan<byte> utf8)
    {
        if (!events.IsOpen(kind)) events.Add(kind);
        events.Delta(utf8);
    }

    private void Begin()
    {
        if (begun) return;
        begun = true;
        if (isStream) http.Response.OpenEvents();
        events.Start(Usage);
    }
}
