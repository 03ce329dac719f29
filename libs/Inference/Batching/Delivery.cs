using Microsoft.Extensions.Logging;
using Platform.Contracts.Runs;
using Platform.Grammars;
using Platform.Inference.Engine;
using Platform.Inference.Grammars;
using Platform.Inference.Samplers;

namespace Platform.Inference.Batching;

/// <summary>Between the engine's thread and the sinks: takes generations in, draws their tokens, and tells every choice how it ended, once. A sink that throws loses its own generation only.</summary>
internal sealed partial class Delivery(IEngineModel model, Lazy<TokenTrie> vocabulary, Counters counters, Inbox inbox, ILogger logger)
{
    private readonly Sampler sampler = new(model.Info.Vocabulary);
    private readonly Biases biases = new(model);
    private readonly List<Generation> open = [];
    private Likelihoods? likelihoods;

    /// <param name="roster">Of the lane it is decoded in.</param>
    public void Accept(Generation generation, Roster roster)
    {
        if (Requests.Refusal(generation.Request, generation.ContextLength, model.Info.Vocabulary) is { } refusal)
        {
            Refuse(generation, refusal);
            return;
        }

        open.Add(generation);
        generation.Begin(roster);
        if (!Constrain(generation))
        {
            return;
        }

        foreach (var sequence in generation.Sequences)
        {
            roster.Enqueue(sequence);
        }

        // a prompt that is to be scored is read even where nothing is generated
        foreach (var sequence in generation.Request.ScorePrompt ? [] : generation.Sequences)
        {
            EndIfOver(sequence);
        }
    }

    public void Refuse(Generation generation, RunError error)
    {
        open.Add(generation);
        Fail(generation, error);
    }

    public void ScorePrompt(Sequence sequence, int position, ReadOnlySpan<float> logits)
    {
        var request = sequence.Generation.Request;
        likelihoods ??= new Likelihoods(model.Info.Vocabulary);
        request.Sink.PromptScored(position, likelihoods.Of(logits, sequence.Tokens[position], request.Sampling.Logprobs ?? 0));
    }

    /// <summary>Ends what was cancelled, and what waits for allowance that will not come.</summary>
    public void HonourWishes()
    {
        for (var i = open.Count - 1; i >= 0; i--)
        {
            var generation = open[i];
            foreach (var sequence in generation.Sequences)
            {
                if (generation.IsCancelled)
                {
                    End(sequence, FinishReason.Cancelled);
                }
                else if (generation.IsFinal)
                {
                    EndIfOver(sequence);
                }
            }
        }
    }

    public void Draw(Sequence sequence, Span<float> logits)
    {
        if (sequence.Done)
        {
            return;
        }

        if (sequence.Count >= sequence.Limit)
        {
            EndIfOver(sequence);
            return;
        }

        var generation = sequence.Generation;
        var request = generation.Request;
        try
        {
            var seen = sequence.Slot!.Seen;
            var token = Sample(logits, sequence, seen);
            Start(generation, sequence.Cached);
            if (request.Sampling.Logprobs is { } top)
            {
                likelihoods ??= new Likelihoods(model.Info.Vocabulary);
                request.Sink.Scored(sequence.Choice, likelihoods.Of(logits, token, top));
            }

            if (request.Sampling.Extras?.Mirostat is not null) request.Sink.Steered(sequence.Choice, sequence.Mu = sampler.Mu);
            sequence.Append(token);
            seen.Generated(token);
            sequence.Draft.Drawn(token);
            sequence.Constraint?.Advance(token);
            counters.Drawn();
            var stop = request.Sink.Token(sequence.Choice, token);
            if (stop)
            {
                End(sequence, FinishReason.Stop);
            }
            else
            {
                EndIfOver(sequence);
            }
        }
        catch (GrammarException refused)
        {
            Fail(generation, Requests.Grammar(refused.Message));
        }
        catch (Exception failure)
        {
            Log.GenerationFailed(logger, failure);
            Fail(generation, Requests.Engine("The token could not be drawn or handed on."));
        }
    }

    private int Sample(Span<float> logits, Sequence sequence, SeenTokens seen)
    {
        var sampling = sequence.Generation.Request.Sampling;
        if (sampling.Extras is not { } extras)
        {
            return sampler.Draw(logits, sampling, seen, sequence.Choice, sequence.Generated, sequence.Constraint);
        }

        sampler.Mu = sequence.Mu;
        biases.Apply(logits, extras, sequence.Generated);
        try
        {
            return sampler.Draw(logits, sampling, seen, sequence.Choice, sequence.Generated, sequence.Constraint);
        }
        finally
        {
            biases.Undo(logits);
        }
    }

    /// <summary>Leads the choices through their grammar to where they stand. False: the generation has failed.</summary>
    private bool Constrain(Generation generation)
    {
        if (generation.Request.Grammar is not { } grammar)
        {
            return true;
        }

        try
        {
            foreach (var sequence in generation.Sequences)
            {
                sequence.Constraint = new TokenConstraint(grammar, vocabulary.Value);
                foreach (var token in sequence.Output)
                {
                    if (!sequence.Constraint.Advance(token))
                    {
                        throw new GrammarException("The tokens so far do not keep to the grammar.");
                    }
                }
            }

            return true;
        }
        catch (GrammarException refused)
        {
            Fail(generation, Requests.Grammar(refused.Message));
            return false;
        }
    }

    public void FailAll(RunError error)
    {
        while (open.Count > 0)
        {
            Fail(open[^1], error);
        }
    }

    public void Fail(Generation generation, RunError error)
    {
        if (!open.Remove(generation))
        {
            return;
        }

        foreach (var sequence in generation.Sequences)
        {
            if (!sequence.Done)
            {
                sequence.Done = true;
                sequence.Roster.Remove(sequence);
            }
        }

        inbox.Leave();
        try
        {
            generation.Request.Sink.Failed(error);
        }
        catch (Exception failure)
        {
            Log.SinkFailed(logger, failure);
        }
    }

    private void EndIfOver(Sequence sequence)
    {
        if (sequence.Generated > 0 && Ends(sequence, sequence.Output[^1]))
        {
            End(sequence, FinishReason.Stop);
        }
        else if (sequence.Count >= sequence.Limit || (sequence.IsPaused && sequence.Generation.IsFinal))
        {
            End(sequence, FinishReason.Length);
        }
    }

    private bool Ends(Sequence sequence, int token) =>
        model.IsEnd(token) || (sequence.Generation.Request.Sampling.Extras is { StopTokens: { Count: > 0 } stops } && stops.Contains(token));

    private void End(Sequence sequence, FinishReason reason)
    {
        if (sequence.Done)
        {
            return;
        }

        var generation = sequence.Generation;
        sequence.Done = true;
        sequence.Draft.End();
        sequence.Roster.Remove(sequence);
        if (--generation.Open == 0)
        {
            open.Remove(generation);
            inbox.Leave();
        }

        try
        {
            if (reason != FinishReason.Cancelled)
            {
                Start(generation, sequence.Cached);
            }

            if (sequence.Draft is { Accepted: var accepted, Rejected: var rejected } && accepted + rejected > 0)
            {
                generation.Request.Sink.Guessed(sequence.Choice, accepted, rejected);
            }

            generation.Request.Sink.Finished(sequence.Choice, reason);
        }
        catch (Exception failure)
        {
            Log.SinkFailed(logger, failure);
            Fail(generation, Requests.Engine("The end of a choice could not be handed on."));
        }
    }

    private void Start(Generation generation, int cached)
    {
        if (!generation.Started)
        {
            generation.Started = true;
            counters.Read(generation.Request.Prompt.Length, cached);
            generation.Request.Sink.Started(generation.Request.Prompt.Length, cached);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Generation failed while a token was drawn or handed on")]
        public static partial void GenerationFailed(ILogger logger, Exception failure);

        [LoggerMessage(Level = LogLevel.Error, Message = "Sink failed")]
        public static partial void SinkFailed(ILogger logger, Exception failure);
    }
}
