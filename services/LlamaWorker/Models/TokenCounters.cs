using Prometheus;

namespace Platform.LlamaWorker.Models;

/// <summary>What this worker's engines read and drew, model by model: the ledger's figures have to add up to the same.</summary>
internal sealed class TokenCounters
{
    private static readonly string[] Model = ["gen_ai_request_model"];
    private static readonly Counter PromptTokens = Metrics.CreateCounter("platform_worker_prompt_tokens_total", "Prompt tokens of the runs that were started, cached ones included.", Model);
    private static readonly Counter CachedTokens = Metrics.CreateCounter("platform_worker_cached_tokens_total", "Prompt tokens taken from a kept prefix.", Model);
    private static readonly Counter CompletionTokens = Metrics.CreateCounter("platform_worker_completion_tokens_total", "Tokens drawn.", Model);

    private readonly Counter.Child _prompt, _cached, _completion;

    private TokenCounters(string model)
    {
        _prompt = PromptTokens.WithLabels(model);
        _cached = CachedTokens.WithLabels(model);
        _completion = CompletionTokens.WithLabels(model);
    }

    /// <param name="model">A catalogue id: labels are bounded.</param>
    public static TokenCounters For(string model) => new(model);

    public void Read(int prompt, int cached)
    {
        _prompt.Inc(prompt);
        _cached.Inc(cached);
    }

    public void Drawn(int completion) => _completion.Inc(completion);
}
