using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Gateway.Generations;
using Platform.OpenAi.Logprobs;
using Platform.OpenAi.Responses;
using Platform.Templates.Output;

namespace Platform.Gateway.Responses;

/// <summary>Turns what a model says into the items and events of a response.</summary>
/// <param name="sealReasoning">Whether a reasoning carries <c>encrypted_content</c>.</param>
internal sealed class ResponseOutput(ResponseEvents events, bool sealReasoning) : IOutputSink
{
    private readonly List<string> pending = [];
    private OutputParser? parser;
    private bool thinks;

    public ResponseEvents Events => events;

    /// <summary>Tokens that went into reasoning.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Says how the model's text is to be read; before the first token.</summary>
    public void ReadWith(Func<IOutputSink, OutputParser> parserOf) => parser = parserOf(this);

    public void Take(Frame frame, int skip)
    {
        if (parser is null) throw new InvalidOperationException("Nobody has said how to read the output.");
        for (var (i, start) = (skip, frame.TextStart(skip)); i < frame.Tokens.Length; start = frame.TextEnds[i++])
        {
            if (frame.Logprobs.Length > 0 && frame.Logprobs[i] is { } logprob) pending.Add(LogprobsJson.Of(logprob.ToWire()));
            if (frame.TextEnds[i] > start) parser.Append(frame.Text.AsSpan(start, frame.TextEnds[i] - start));
            if (thinks) ReasoningTokens++;
        }
    }

    /// <summary>The model has ended: there is at least one item now.</summary>
    public void End()
    {
        parser?.End();
        if (events.Items.Count == 0) Go(OutputKind.Message, "msg_");
    }

    public void Content(ReadOnlySpan<byte> utf8)
    {
        thinks = false;
        if (!events.IsOpen(OutputKind.Message)) Go(OutputKind.Message, "msg_");
        events.Delta(utf8, pending.Count == 0 ? [] : [.. pending]);
        pending.Clear();
    }

    public void Reasoning(ReadOnlySpan<byte> utf8)
    {
        thinks = true;
        pending.Clear(); // only a message has room for them
        if (!events.IsOpen(OutputKind.Reasoning)) Go(OutputKind.Reasoning, "rs_");
        events.Delta(utf8);
    }

    public void ToolCall(int index, string id, string name)
    {
        thinks = false;
        pending.Clear();
        events.Add(new OutputItem(OutputKind.FunctionCall, PublicId.New("fc_"), id, name));
    }

    public void Arguments(int index, ReadOnlySpan<byte> utf8)
    {
        pending.Clear();
        events.Delta(utf8);
    }

    private void Go(OutputKind kind, string prefix) => events.Add(new OutputItem(kind, PublicId.New(prefix)) { IsSealed = sealReasoning && kind == OutputKind.Reasoning });
}

internal static class ResponseFigures
{
    public static ResponseUsage ResponseUsage(this Generation generation, int reasoningTokens) =>
        new(generation.Started?.PromptTokens ?? 0, generation.Started?.CachedTokens ?? 0, generation.CompletionTokens, reasoningTokens);

    /// <summary>How a response has ended whose model stopped for this reason.</summary>
    public static ResponseState Ended(this Generation generation, int reasoningTokens, DateTimeOffset now)
    {
        var isWhole = generation.Choices[0].Finish == FinishReason.Stop;
        return new ResponseState(isWhole ? ResponseStatus.Completed : ResponseStatus.Incomplete)
        {
            Usage = generation.ResponseUsage(reasoningTokens),
            ServiceTier = generation.Request.ServiceTier,
            CompletedAt = isWhole ? now.ToUnixTimeSeconds() : null,
            IncompleteReason = isWhole ? null : "max_output_tokens",
        };
    }
}
