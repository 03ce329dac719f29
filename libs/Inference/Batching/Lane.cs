using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Platform.Inference.Engine;
using Platform.Inference.Speculation;

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
    private readonly StepCost cost = new();
    private readonly Pace pace;
    private readonly SpeculationOptions? speculation;
    private readonly Lock contextGate = new();
    private readonly ILogger logger;
    private IEngineContext? context;
    private Speculator? speculator;

    /// <summary>Throws <see cref="EngineException"/> when the engine can't give what the options ask for.</summary>
    /// <param name="slots">Sequences decoded at once.</param>
    /// <param name="cells">Cells they share.</param>
    /// <param name="speculation">Null: nothing is guessed.</param>
    public Lane(IEngineModel model, BatcherOptions options, int slots, int cells, HostCache host, Delivery delivery, Counters counters, ILogger logger, SpeculationOptions? speculation = null)
    {
        (this.model, this.host, this.delivery, this.counters, this.logger) = (model, host, delivery, counters, logger);
        this.speculation = model.Info.CanTrim ? speculation : null;
        var guesses = this.speculation is null ? 0 : StepPlan.Guessed;
        spec = new ContextSpec(cells, slots, options.PrefillChunk + slots + guesses, slots + StepPlan.Scored + guesses, options.Threads, options.CacheType, options.FlashAttention);
        pace = new Pace(cost);
        plan = new StepPlan(slots, options.PrefillChunk, pace);
        Roster = new Roster(Open(), counters.Lane());
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
            speculator?.Propose(Roster.Active);
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
            PromptScoring.Deliver(plan.Parts, context, delivery);
            Advance();
            foreach (ref var part in plan.Parts)
            {
                if (part.Row >= 0)
                {
                    Draw(in part);
                }
            }

            if (plan.Read > 0)
            {
                pace.Took(plan.Running, plan.Read, decoded);
            }
            else
            {
                pace.TookNone(plan.Tokens, decoded);
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
        speculator?.Dispose();
        speculator = null;
        lock (contextGate)
        {
            context?.Dispose();
            context = null;
        }
    }

    /// <summary>Draws the next token, and one more for every guess that was right; what was read of wrong ones is dropped.</summary>
    private void Draw(in StepPlan.Part part)
    {
        var draft = part.Sequence.Draft;
        for (var i = 0; i <= draft.Right && !part.Sequence.Done; i++)
        {
            delivery.Draw(part.Sequence, context!.Logits(part.Row + i)); // a step has a context
        }

        if (draft.Right < draft.Count)
        {
            Roster.Slots.Shorten(part.Slot, part.Slot.Length - draft.Count + draft.Right);
        }
    }

    /// <summary>Guesses go first, then idle caches, then the youngest sequences wait again, until the step fits.</summary>
    private void MakeRoom()
    {
        if (plan.Tokens > Roster.Slots.Free && Roster.Active.Exists(sequence => sequence.Draft.Count > 0))
        {
            Roster.Active.ForEach(sequence => sequence.Draft.Drop());
            plan.Build(Roster.Active);
        }

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
                var token = position < sequence.Count ? sequence.Tokens[position] : sequence.Draft[position - sequence.Count];
                var row = batch.Add(token, position, slot.Id, output: position >= sequence.Count - 1 || PromptScoring.Takes(sequence, position));
                part.Row = position == sequence.Count - 1 ? row : part.Row;
                part.ScoredRow = i == 0 && PromptScoring.Takes(sequence, position) ? row : part.ScoredRow;
            }
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
            Roster.Slots = Open();
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

    private SlotTable Open()
    {
        var made = model.CreateContext(spec);
        try
        {
            speculator = speculation is null ? null : Speculator.Of(speculation, spec, cost);
        }
        catch
        {
            made.Dispose();
            throw;
        }

        lock (contextGate)
        {
            context = made;
        }

        return new SlotTable(made, model, spec.Sequences, host);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Decode of {Tokens} tokens failed: {Status}")]
        public static partial void DecodeFailed(ILogger logger, DecodeStatus status, int tokens);

        [LoggerMessage(Level = LogLevel.Error, Message = "Context refused")]
        public static partial void ContextRefused(ILogger logger, Exception failure);
    }
}
