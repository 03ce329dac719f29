using Prometheus;

namespace Platform.OnnxWorker.Models;

/// <summary>What this worker embedded, model by model: the ledger's figures have to add up to the same.</summary>
internal sealed class EmbeddingCounters
{
    private static readonly string[] Model = ["gen_ai_request_model"];
    private static readonly Counter PromptTokens = Metrics.CreateCounter("platform_worker_embedding_tokens_total", "Tokens of the inputs that were embedded.", Model);
    private static readonly Counter Inputs = Metrics.CreateCounter("platform_worker_embedding_inputs_total", "Inputs that were embedded.", Model);

    private readonly Counter.Child _tokens, _inputs;

    private EmbeddingCounters(string model) => (_tokens, _inputs) = (PromptTokens.WithLabels(model), Inputs.WithLabels(model));

    /// <param name="model">A catalogue id: labels are bounded.</param>
    public static EmbeddingCounters For(string model) => new(model);

    public void Made(int inputs, int tokens)
    {
        _inputs.Inc(inputs);
        _tokens.Inc(tokens);
    }
}
