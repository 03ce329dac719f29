using Platform.Contracts.Runs;
using Platform.Gateway.Chat;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Completions;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Completions;

/// <summary>Completions as server-sent events, the choices of all prompts interleaved as they come.</summary>
internal sealed class CompletionStream(HttpContext http, CompletionRequest request, IReadOnlyList<Generation> generations) : ISharedAnswer
{
    private readonly CompletionWriter writer = new(CompletionChoices.Head(generations), request.StreamOptions);
    private readonly Choice[] choices = [.. Enumerable.Range(0, request.Prompts.Count * request.Choices).Select(_ => new Choice())];

    public async ValueTask Show(int index, Step step, CancellationToken cancellation)
    {
        // until a worker has said that the prompt can be served nothing is sent, so that a refusal keeps its status
        if (step.Frame is not { } frame)
        {
            if (!http.Response.HasStarted) return;
            ChatChunkWriter.Ping(http.Response.BodyWriter);
        }
        else
        {
            EventStreamHeaders.Write(http);
            WriteTokens(index, frame, step.Skip);
            if (frame.Finish is { } reason && generations[index].Choices.Any(choice => choice.Finish is null)) WriteFinish(index, frame.Choice, reason);
        }

        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    public async ValueTask End(int index, CancellationToken cancellation)
    {
        EventStreamHeaders.Write(http);
        for (var i = 0; i < request.Choices; i++) WriteFinish(index, i, generations[index].Choices[i].Finish);
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    public async ValueTask End(CancellationToken cancellation)
    {
        if (request.StreamOptions.IncludeUsage) writer.Usage(http.Response.BodyWriter, CompletionChoices.Usage(generations));
        ChatChunkWriter.Done(http.Response.BodyWriter);
        await http.Response.BodyWriter.FlushAsync(cancellation);
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

    private void WriteTokens(int prompt, Frame frame, int skip)
    {
        var choice = Begun(prompt, frame.Choice);
        for (var (i, start) = (skip, frame.TextStart(skip)); i < frame.Tokens.Length; start = frame.TextEnds[i++])
        {
            if (frame.Logprobs.Length > 0 && frame.Logprobs[i] is { } logprob) choice.Pending.Add(logprob.ToToken());
            if (frame.TextEnds[i] > start) Write(prompt, frame.Choice, frame.Text.AsMemory(start, frame.TextEnds[i] - start), null);
        }
    }

    private void WriteFinish(int prompt, int index, FinishReason? reason)
    {
        var choice = Begun(prompt, index);
        if (choice.Finished) return;
        choice.Finished = true;
        Write(prompt, index, default, reason.ForClient());
    }

    private Choice Begun(int prompt, int index)
    {
        var choice = choices[(prompt * request.Choices) + index];
        if (choice.Begun) return choice;
        choice.Begun = true;
        var (text, tokens) = CompletionChoices.Prompt(request, prompt, generations[prompt].Started);
        choice.Pending.AddRange(tokens);
        if (text.Length > 0) Write(prompt, index, text, null);
        return choice;
    }

    /// <summary>Tokens that are only part of a character go with the one that completes it.</summary>
    private void Write(int prompt, int index, ReadOnlyMemory<byte> text, ChatFinish? finish)
    {
        var number = (prompt * request.Choices) + index;
        var choice = choices[number];
        writer.Chunk(http.Response.BodyWriter, new CompletionChoice(number, text, finish, request.Logprobs is null || (finish is not null && choice.Pending.Count == 0) ? null : choice.Pending, choice.Offset));
        foreach (var token in choice.Pending) choice.Offset += CompletionWriter.Characters(token.Bytes.Span);
        choice.Pending.Clear();
    }

    /// <summary>How far one choice has been written.</summary>
    private sealed class Choice
    {
        public List<CompletionToken> Pending { get; } = [];
        public int Offset { get; set; }
        public bool Begun { get; set; }
        public bool Finished { get; set; }
    }
}
