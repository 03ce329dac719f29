using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Platform.Inference.Engine;

namespace Platform.Inference.Batching;

/// <summary>One context and what is decoded in it: gives waiting sequences slots, decodes a step, hands out its tokens. Owned by the engine's thread.</summary>
internal sealed partial class Lane
{
    private readonly IEngineModel model;
    private readonly ContextSpec spec;
    private readonly HostCache host;
    private readonly Delivery delivery;
    private readonly Counters counters;
    private readonly StepPlan plan;
    private readonly Lock contextGate = new();
    private readonly ILogger logger;
    private IEngineContext? context;

    /// <summary>Throws <see cref="EngineException"/> when the engine can't give what the options ask for.</summary>
    /// <param name="slots">Sequences decoded at once.</param>
    /// <param name="cells">Cells they share.</param>
    public Lane(IEngineModel model, BatcherOptions options, int slots, int cells, HostCache host, Delivery delivery, Counters counters, ILogger logger)
    {
        (this.model, this.host, this.delivery, this.counters, this.logger) = (model, host, delivery, counters, logger);
        spec = new ContextSpec(cells, slots, options.PrefillChunk + slots, slots + StepPlan.Scored, options.Threads, options.CacheType, options.FlashAttention);
        plan = new StepPlan(slots, options.PrefillChunk);
        context = model.CreateContext(spec);
        Roster = new Roster(new SlotTable(context, model, slots, host), counters.Lane());
    }

    public Roster Roster { get; }

    /// <summary>Breaks the decode off that runs. Any thread.</summary>
    public void Abort()
    {
        lock (contextGate)
        {
            context?.Abort(true);
        }
    }

    /// <summary>False: nothing to do until there is word.</summary>
    /// <param name="began">Timestamp from which the time outside the engine counts.</param>
    public bool Step(long began)
    {
        if (context is null && !Reopen())
        {
            return false;
        }

        do
        {
            Roster.Admit();
            plan.Build(Roster.Active);
        }
        while (plan.Tokens == 0 && Roster.Unhold());
        if (plan.Tokens == 0)
        {
            Roster.Count();
            return false;
        }

        MakeRoom();
        if (plan.Tokens == 0)
        {
            return true;
        }

        Fill(context!.Batch);
        var decoding = Stopwatch.GetTimestamp();
        var status = context.Decode();
        var decoded = Stopwatch.GetTimestamp() - decoding;
        if (status == DecodeStatus.Ok)
        {
            ScorePrompts();
            Advance();
            foreach (ref var part in plan.Parts)
            {
                if (part.Row >= 0)
                {
                    delivery.Draw(part.Sequence, context.Logits(part.Row));
                }
            }
        }
        else
        {
            Handle(status);
        }

        Roster.Count();
        counters.Stepped(decoded, Stopwatch.GetTimestamp() - began);
        return true;
    }

    /// <summary>Nothing runs: idle caches leave the context where they would slow down what comes next.</summary>
    public void Rest()
    {
        if (Roster.IsEmpty && context is not null)
        {
            Roster.Slots.Rest();
            Roster.Count();
        }
    }

    /// <summary>Gives the context up; who was not at fault waits for the next one.</summary>
    public void Close()
    {
        Roster.SendAllBack();
        lock (contextGate)
        {
            context?.Dispose();
            context = null;
        }
    }

    /// <summary>Idle caches go first, then the youngest sequences wait again, until the step fits.</summary>
    private void MakeRoom()
    {
        while (plan.Tokens > Roster.Slots.Free && (Roster.Slots.DropIdle() || Roster.Preempt()))
        {
            plan.Build(Roster.Active);
        }
    }

    private void Fill(IEngineBatch batch)
    {
        batch.Clear();
        foreach (ref var part in plan.Parts)
        {
            var (sequence, slot) = (part.Sequence, part.Sequence.Slot!);
            for (var i = 0; i < part.Tokens; i++)
            {
                var position = slot.Length + i;
                var row = batch.Add(sequence.Tokens[position], position, slot.Id, output: position == sequence.Count - 1 || Scores(sequence, position));
                part.Row = position == sequence.Count - 1 ? row : part.Row;
                part.ScoredRow = i == 0 && Scores(sequence, position) ? row : part.ScoredRow;
            }
        }
    }

    /// <summary>Whether what the engine makes of a place tells how likely the prompt's next token was.</summary>
    private static bool Scores(Sequence sequence, int position) => sequence.ScoresPrompt && position < sequence.PromptLength - 1;

    private void ScorePrompts()
    {
        foreach (ref var part in plan.Parts)
        {
            var (sequence, read) = (part.Sequence, part.Sequence.Slot!.Length);
            for (var i = 0; part.ScoredRow >= 0 && i < part.Tokens && Scores(sequence, read + i); i++)
            {
                delivery.ScorePrompt(sequence, read + i + 1, context!.Logits(part.ScoredRow + i)); // a step has a context
            }

            sequence.ScoresPrompt &= read + part.Tokens < sequence.PromptLength;
        }
    }

    /// <summary>Notes what was read, and lets who waited for it share it. Choices that stand at the same token draw from the same row.</summary>
    private void Advance()
    {
        for (var i = plan.Count - 1; i >= 0; i--)
        {
            var (leader, row) = (plan.Parts[i].Sequence, plan.Parts[i].Row);
            Roster.Slots.Advance(leader.Slot!, plan.Parts[i].Tokens);
            foreach (var follower in Roster.Active)
            {
                if (follower.Leader == leader && leader.Slot!.Length >= follower.Shared)
                {
                    var sharesRow = row >= 0 && follower.Count == follower.Shared && leader.Count == follower.Shared;
                    var shared = Roster.Slots.Share(leader, follower, sharesRow ? follower.Shared : Math.Min(follower.Shared, follower.Count - 1));
                    if (shared && sharesRow)
                    {
                        plan.Join(follower, row);
                    }
                }
            }
        }
    }

    private void Handle(DecodeStatus status)
    {
        switch (status)
        {
            case DecodeStatus.NoRoom when Roster.Slots.DropIdle() || Roster.Preempt():
                break;
            case DecodeStatus.Aborted:
                foreach (ref var part in plan.Parts)
                {
                    Roster.Slots.Resynchronise(part.Sequence.Slot!);
                }

                break;
            default:
                Log.DecodeFailed(logger, status, plan.Tokens);
                Concede($"The engine could not decode ({status}).");
                if (status == DecodeStatus.Fatal)
                {
                    Close();
                }
                else
                {
                    Roster.Slots.ClearIdle();
                }

                break;
        }
    }

    /// <summary>Fails the generations of this step.</summary>
    private void Concede(string message)
    {
        foreach (ref var part in plan.Parts)
        {
            delivery.Fail(part.Sequence.Generation, Requests.Engine(message));
        }
    }

    /// <summary>Makes a context again once somebody needs one. False: there is none.</summary>
    private bool Reopen()
    {
        if (Roster.IsEmpty)
        {
            return false;
        }

        try
        {
            var made = model.CreateContext(spec);
            lock (contextGate)
            {
                context = made;
            }

            Roster.Slots = new SlotTable(made, model, spec.Sequences, host);
            return true;
        }
        catch (EngineException failure)
        {
            Log.ContextRefused(logger, failure);
            while (Roster.Next is { } waiting)
            {
                delivery.Fail(waiting.Generation, Requests.Unavailable("The engine can't be started again."));
            }

            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Decode of {Tokens} tokens failed: {Status}")]
        public static partial void DecodeFailed(ILogger logger, DecodeStatus status, int tokens);

        [LoggerMessage(Level = LogLevel.Error, Message = "Context refused")]
        public static partial void ContextRefused(ILogger logger, Exception failure);
    }
}
