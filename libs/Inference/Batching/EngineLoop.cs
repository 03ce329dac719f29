using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Platform.Inference.Engine;
using Platform.Inference.Grammars;

namespace Platform.Inference.Batching;

/// <summary>What the engine's thread does: take word, decode a step, over and over. What must be the same every time is decoded in a lane of its own, alone.</summary>
internal sealed partial class EngineLoop
{
    /// <summary>Prompt tokens of a step of the lane for one, at most: few, since what runs in the other lane waits for it.</summary>
    private const int SoloChunk = 64;

    private readonly IEngineModel model;
    private readonly BatcherOptions options;
    private readonly Inbox inbox;
    private readonly List<Generation> arrivals = [];
    private readonly Counters counters = new();
    private readonly HostCache host;
    private readonly Delivery delivery;
    private readonly Lane shared;
    private readonly ILogger logger;

    /// <summary>For deterministic generations; made when the first one comes.</summary>
    private volatile Lane? solo;

    public EngineLoop(IEngineModel model, Lazy<TokenTrie> vocabulary, BatcherOptions options, Inbox inbox, ILogger logger)
    {
        this.model = model;
        this.options = options;
        this.inbox = inbox;
        this.logger = logger;
        host = new HostCache(options.HostCacheTokens);
        delivery = new Delivery(model, vocabulary, counters, inbox, logger);
        shared = new Lane(model, options, options.Slots, options.CacheTokens, host, delivery, counters, logger, options.Speculation);
    }

    public BatcherReport Report() => counters.Report(host.Tokens);

    /// <summary>Breaks the decode off that runs. Any thread.</summary>
    public void Abort()
    {
        shared.Abort();
        solo?.Abort();
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
                if (idle)
                {
                    shared.Rest();
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
        CloseLanes();
        host.Clear();
    }

    private void TakeWord()
    {
        foreach (var generation in arrivals)
        {
            if (LaneOf(generation) is { } lane)
            {
                delivery.Accept(generation, lane.Roster);
            }
            else
            {
                delivery.Refuse(generation, Requests.Unavailable("The engine has no memory for deterministic generations."));
            }
        }

        arrivals.Clear();
        delivery.HonourWishes();
    }

    private Lane? LaneOf(Generation generation)
    {
        if (!generation.Request.Sampling.Deterministic)
        {
            return shared;
        }

        try
        {
            return solo ??= new Lane(model, options with { PrefillChunk = Math.Min(options.PrefillChunk, SoloChunk) }, slots: 1, options.ContextLength, new HostCache(0), delivery, counters, logger);
        }
        catch (EngineException failure)
        {
            Log.LaneRefused(logger, failure);
            return null;
        }
    }

    /// <summary>A step of each lane in turn. False: nothing to do until there is word.</summary>
    private bool Step(long began)
    {
        var stepped = shared.Step(began);
        return (solo?.Step(stepped ? Stopwatch.GetTimestamp() : began) ?? false) || stepped;
    }

    private void Recover(Exception failure)
    {
        Log.StepFailed(logger, failure);
        delivery.FailAll(Requests.Engine("The engine failed."));
        CloseLanes();
    }

    private void CloseLanes()
    {
        shared.Close();
        solo?.Close();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Step failed, context given up")]
        public static partial void StepFailed(ILogger logger, Exception failure);

        [LoggerMessage(Level = LogLevel.Error, Message = "No context for deterministic generations")]
        public static partial void LaneRefused(ILogger logger, Exception failure);
    }
}
