using Platform.Grains.Pools;
using Platform.Inference.Batching;
using Platform.Inference.Engine;

namespace Platform.LlamaWorker.Models;

/// <summary>A model in memory with the batcher that decodes its runs.</summary>
/// <param name="Draft">The model that guesses for it, where one does.</param>
internal sealed record LoadedModel(IEngineModel Engine, ContinuousBatcher Batcher, PromptWriter Prompt, IEngineModel? Draft)
{
    public GrammarCache Grammars { get; } = new();
    public ControlVocabulary Vocabulary { get; } = new(Engine);
}

/// <summary>What only the model's chat template tells, known from the first look at its file, loaded or not.</summary>
/// <param name="Overhead">Tokens of a conversation that says nothing.</param>
internal sealed record TemplateFacts(int Overhead, ModelTraits Traits);
