using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Platform.Inference.Engine;
using Platform.Inference.Grammars;

namespace Platform.Inference.Batching;

/// <summary>What the engine's thread does: take word, give slots, decode a step, hand out its tokens, over and over.</summary>
internal sealed partial class EngineLoop
{
    private readonly IEngineModel model;
    private readonly BatcherOptions options;
    private readonly Inbox inbox;
    private readonly List<Generation> arrivals = [];
    private readonly StepPlan plan;
    private readonly Counters counters = new();
    private readonly HostCache host;
    private readonly Roster roster;
    private readonly Delivery delivery;
    private readonly Lock contextGate = new();
    private readonly ILogger logger;
    private IEngineContext? context;

    public EngineLoop(IEngineModel model, Lazy<TokenTrie> vocabulary, BatcherOptions options, Inbox inbox, ILogger logger)
    {
        this.model = model;
        this.options = options;
        this.inbox = inbox;
        this.logger = logger;
        plan = new StepPlan(options.Slots, options.PrefillChunk);
        host = new HostCache(options.HostCacheTokens);
        context = CreateContext();
        roster = new Roster(new SlotTable(context, model, options.Slots, host), counters);
        delivery = new Delivery(model, vocabulary, roster, counters, inbox, logger);
    }

    public BatcherReport Report() => counters.Report();

    /// <summary>Breaks the decode off that runs. Any thread.</summary>
    public void Abort()
    {
        lock (contextGate)
        {
            context?.Abort(true);
        }
    }

    public void Run()
    {
        var idle = false;
        while (inbox.Take(arrivals, idle, out var news))
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                if (news)
                {
                    TakeWord();
                }

                idle = !Step(began);
                if (idle && roster.IsEmpty && context is not null)
                {
                    roster.Slots.Rest();
                    roster.Count();
                }
            }
            catch (Exception failure)
            {
                idle = false;
                Recover(failure);
            }
        }

        TakeWord();
        delivery.FailAll(Requests.Unavailable("The engine is stopping."));
        Discard();
        host.Clear();
    }

    private void TakeWord()
    {
        foreach (var generation in arrivals)
        {
            delivery.Accept(generation);
        }

        arrivals.Clear();
        delivery.HonourWishes();
    }

    /// <summary>False: nothing to do until there is word.</summary>
    private bool Step(long began)
    {
        if (context is null && !Reopen())
        {
            return false;
        }

        do
        {
            roster.Admit();
            plan.Build(roster.Active);
        }
        while (plan.Tokens == 0 && roster.Unhold());
        if (plan.Tokens == 0)
        {
            roster.Count();
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

        roster.Count();
        counters.Stepped(decoded, Stopwatch.GetTimestamp() - began);
        return true;
    }

    /// <summary>Idle caches go first, then the youngest sequences wait again, until the step fits.</summary>
    private void MakeRoom()
    {
        while (plan.Tokens > roster.Slots.Free && (roster.Slots.DropIdle() || roster.Preempt()))
        {
            plan.Build(roster.Active);
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
            roster.Slots.Advance(leader.Slot!, plan.Parts[i].Tokens);
            foreach (var follower in roster.Active)
            {
                if (follower.Leader == leader && leader.Slot!.Length >= follower.Shared)
                {
                    var sharesRow = row >= 0 && follower.Count == follower.Shared && leader.Count == follower.Shared;
                    var shared = roster.Slots.Share(leader, follower, sharesRow ? follower.Shared : Math.Min(follower.Shared, follower.Count - 1));
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
            case DecodeStatus.NoRoom when roster.Slots.DropIdle() || roster.Preempt():
                break;
            case DecodeStatus.Aborted:
                foreach (ref var part in plan.Parts)
                {
                    roster.Slots.Resynchronise(part.Sequence.Slot!);
                }

                break;
            default:
                Log.DecodeFailed(logger, status, plan.Tokens);
                Concede($"The engine could not decode ({status}).");
                if (status == DecodeStatus.Fatal)
                {
                    Discard();
                }
                else
                {
                    roster.Slots.ClearIdle();
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

    private void Recover(Exception failure)
    {
        Log.StepFailed(logger, failure);
        delivery.FailAll(Requests.Engine("The engine failed."));
        Discard();
    }

    /// <summary>Gives the context up; who was not at fault waits for the next one.</summary>
    private void Discard()
    {
        roster.SendAllBack();
        lock (contextGate)
        {
            context?.Dispose();
            context = null;
        }
    }

    /// <summary>Makes a context again once somebody needs one. False: there is none.</summary>
    private bool Reopen()
    {
        if (roster.IsEmpty)
        {
            return false;
        }

        try
        {
            var made = CreateContext();
            lock (contextGate)
            {
                context = made;
            }

            roster.Slots = new SlotTable(made, model, options.Slots, host);
            return true;
        }
        catch (EngineException failure)
        {
            Log.ContextRefused(logger, failure);
            delivery.FailAll(Requests.Unavailable("The engine can't be started again."));
            return false;
        }
    }

    private IEngineContext CreateContext() =>
        model.CreateContext(new ContextSpec(options.CacheTokens, options.Slots, options.PrefillChunk + options.Slots, options.Slots + StepPlan.Scored, options.Threads, options.CacheType, options.FlashAttention));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Decode of {Tokens} tokens failed: {Status}")]
        public static partial void DecodeFailed(ILogger logger, DecodeStatus status, int tokens);

        [LoggerMessage(Level = LogLevel.Error, Message = "Step failed, context given up")]
        public static partial void StepFailed(ILogger logger, Exception failure);

        [LoggerMessage(Level = LogLevel.Error, Message = "Context refused")]
        public static partial void ContextRefused(ILogger logger, Exception failure);
    }
}
