using System.Collections.Concurrent;
using Prometheus;

namespace Platform.Observability.Metering;

/// <summary>OpenTelemetry's GenAI server metrics under their Prometheus names, with the buckets its semantic conventions advise.</summary>
public static class GenAiMetrics
{
    private const int MostModels = 1000;
    private static readonly string[] Model = ["gen_ai_request_model"];

    internal static readonly Histogram FirstToken = Metrics.CreateHistogram("gen_ai_server_time_to_first_token_seconds", "Time from the request to its first token.",
        Model, new HistogramConfiguration { Buckets = [.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10] });

    internal static readonly Histogram OutputToken = Metrics.CreateHistogram("gen_ai_server_time_per_output_token_seconds", "Time between one output token and the next.",
        Model, new HistogramConfiguration { Buckets = [.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5] });

    internal static readonly Histogram Duration = Metrics.CreateHistogram("gen_ai_server_request_duration_seconds", "Time from the request to the end of its answer.",
        ["gen_ai_request_model", "outcome"], new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(.01, 2, 14) });

    internal static readonly Histogram Tokens = Metrics.CreateHistogram("gen_ai_client_token_usage", "Tokens of a request.",
        ["gen_ai_request_model", "gen_ai_token_type"], new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(1, 4, 14) });

    internal static readonly Histogram Phases = Metrics.CreateHistogram("platform_generation_phase_seconds", "Time of an answered generation in each part of its way, one after the other.",
        ["gen_ai_request_model", "phase"], new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(.0005, 2, 16) });

    private static readonly ConcurrentDictionary<string, ModelMetrics> Models = new();

    /// <param name="model">A catalogue id, never what a client wrote: labels are bounded.</param>
    public static ModelMetrics For(string model) =>
        Models.TryGetValue(model, out var known) ? known : Models.GetOrAdd(Models.Count < MostModels ? model : "other", static m => new ModelMetrics(m));
}

/// <summary>How a generation ended, as a metric's label.</summary>
public enum Outcome { Completed, Cancelled, Failed, Refused }

/// <summary>Parts of a generation's way through its gateway, as a metric's label.</summary>
public enum Phase
{
    /// <summary>Until the quota lets it in.</summary>
    Reserve,

    /// <summary>Until the pool grants a worker.</summary>
    Grant,

    /// <summary>The run's way to the worker, its prompt, and the first token's way back.</summary>
    FirstToken,

    /// <summary>From the first token to the last.</summary>
    Tokens,

    /// <summary>Until it is safe in the ledger, and what it held is given back.</summary>
    Record,
}

/// <summary>The metrics of one model; keep it, looking labels up costs more than observing.</summary>
public sealed class ModelMetrics
{
    private readonly Histogram.Child _firstToken, _outputToken, _input, _output;
    private readonly Histogram.Child[] _durations, _phases;

    internal ModelMetrics(string model)
    {
        _firstToken = GenAiMetrics.FirstToken.WithLabels(model);
        _outputToken = GenAiMetrics.OutputToken.WithLabels(model);
        _input = GenAiMetrics.Tokens.WithLabels(model, "input");
        _output = GenAiMetrics.Tokens.WithLabels(model, "output");
        _durations = [.. Enum.GetNames<Outcome>().Select(outcome => GenAiMetrics.Duration.WithLabels(model, outcome.ToLowerInvariant()))];
        _phases = [.. Enum.GetNames<Phase>().Select(phase => GenAiMetrics.Phases.WithLabels(model, phase.ToLowerInvariant()))];
    }

    public void FirstToken(double seconds) => _firstToken.Observe(seconds);

    /// <param name="seconds">Time since the token before it.</param>
    public void OutputToken(double seconds) => _outputToken.Observe(seconds);

    public void Duration(double seconds, Outcome outcome) => _durations[(int)outcome].Observe(seconds);

    public void Spent(Phase phase, TimeSpan time) => _phases[(int)phase].Observe(time.TotalSeconds);

    public void Tokens(long input, long output)
    {
        _input.Observe(input);
        _output.Observe(output);
    }
}
