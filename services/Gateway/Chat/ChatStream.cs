using System.Buffers;
using Platform.Contracts.Runs;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Streaming;
using Platform.Templates.Output;
using TokenLogprob = Platform.OpenAi.Logprobs.TokenLogprob;

namespace Platform.Gateway.Chat;

/// <summary>An answer as server-sent events: one flush per frame.</summary>
internal sealed class ChatStream : IAnswer
{
    private readonly HttpContext http;
    private readonly ChatCompletionRequest request;
    private readonly bool holdHeaders;
    private readonly ChatChunkWriter chunks;
    private readonly Choice[] told;
    private readonly bool[] finished;
    private bool begun;

    /// <param name="after">The last event that the client has, when it has come back.</param>
    /// <param name="holdHeaders">The worker may refuse the request: until it has begun nothing is sent, so that a refusal keeps its status.</param>
    public ChatStream(HttpContext http, AnswerHead head, ChatCompletionRequest request, OutputPlan plan, StreamPosition? after, bool holdHeaders)
    {
        (this.http, this.request, this.holdHeaders) = (http, request, holdHeaders);
        chunks = new ChatChunkWriter(head, request.StreamOptions, new EventIds(request.Choices, after), request.Logprobs is not null);
        finished = new bool[request.Choices];
        told = [.. Enumerable.Range(0, request.Choices).Select(choice => new Choice(this, choice, sink => plan.Parser(head.Id, choice, sink)))];
    }

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
            if (frame.Started is { } started) chunks.Used = chunks.Used with { Prompt = started.PromptTokens, Cached = started.CachedTokens };
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

        if (request.StreamOptions.IncludeUsage) chunks.Usage(output, request.Choices - 1, usage with { Reasoning = chunks.Used.Reasoning });
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
            if (frame.Logprobs.Length > 0 && frame.Logprobs[i] is { } logprob) (told[frame.Choice].Pending ??= []).Add(logprob.ToWire());
            told[frame.Choice].Parser.Append(frame.Text.AsSpan(start, frame.TextEnds[i] - start));
            if (told[frame.Choice].Thinks) chunks.Used = chunks.Used with { Reasoning = chunks.Used.Reasoning + 1 };
        }

        told[frame.Choice].Parser.Append(frame.Text.AsSpan(start));
    }

    /// <summary>A choice that ends before the others says so at once; the last one waits until the generation is recorded.</summary>
    private void Finish(int choice, FinishReason reason)
    {
        if (finished.Count(ended => !ended) > 1) WriteFinish(choice, reason);
    }

    private void WriteFinish(int choice, FinishReason? reason)
    {
        finished[choice] = true;
        told[choice].Parser.End();
        if (told[choice].Pending is { Count: > 0 }) told[choice].Content([]);
        chunks.Finish(http.Response.BodyWriter, choice, reason.ForClient(request.Tools, told[choice].Calls));
    }

    private void Begin()
    {
        EventStreamHeaders.Write(http);
        if (begun) return;
        begun = true;
        for (var i = 0; i < request.Choices; i++) chunks.Role(http.Response.BodyWriter, i);
    }

    /// <summary>Writes what one choice thinks, says and calls. Tokens that are only part of a character, or of a mark, go with the one that completes it.</summary>
    private sealed class Choice : IOutputSink
    {
        private readonly ChatStream stream;
        private readonly int index;

        public Choice(ChatStream stream, int index, Func<IOutputSink, OutputParser> parserOf)
        {
            (this.stream, this.index) = (stream, index);
            Parser = parserOf(this);
        }

        public OutputParser Parser { get; }

        /// <summary>Log-probabilities of tokens whose text has not been written.</summary>
        public List<TokenLogprob>? Pending { get; set; }

        public int Calls { get; private set; }

        /// <summary>Whether what came last was reasoning.</summary>
        public bool Thinks { get; private set; }

        private IBufferWriter<byte> Output => stream.http.Response.BodyWriter;
        private bool IsLegacy => stream.request.Tools is { Legacy: true };

        public void Content(ReadOnlySpan<byte> utf8)
        {
            Thinks = false;
            stream.chunks.Content(Output, index, utf8, Pending);
            Pending?.Clear();
        }

        public void Reasoning(ReadOnlySpan<byte> utf8)
        {
            Thinks = true;
            stream.chunks.Reasoning(Output, index, utf8, Pending);
            Pending?.Clear();
        }

        public void ToolCall(int call, string id, string name)
        {
            Thinks = false;
            Calls++;
            stream.chunks.ToolCall(Output, index, call, id, name, IsLegacy);
        }

        public void Arguments(int call, ReadOnlySpan<byte> utf8) => stream.chunks.Arguments(Output, index, call, utf8, IsLegacy);
    }
}
