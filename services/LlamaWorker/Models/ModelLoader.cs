using Microsoft.Extensions.Options;
using Platform.Catalog;
using Platform.Inference.Batching;
using Platform.Inference.Bigram;
using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp;
using Platform.Templates;

namespace Platform.LlamaWorker.Models;

/// <summary>Opens a model of the catalogue with its engine and makes its batcher.</summary>
internal sealed class ModelLoader(ModelCatalog catalog, IOptions<NativesOptions> natives, ILoggerFactory loggers)
{
    private const string LlamaCpp = "llama.cpp", Bigram = "bigram";

    public static bool Knows(string engine) => engine is LlamaCpp or Bigram;

    /// <exception cref="EngineException">The engine can't load it.</exception>
    /// <exception cref="CatalogException">A file is not the one the catalogue names.</exception>
    /// <exception cref="TemplateException">Its chat template can't be parsed.</exception>
    public async Task<HostedModel> Load(CatalogModel entry, CancellationToken cancellation)
    {
        await catalog.VerifyAsync(entry, cancellation);
        var engine = Open(entry);
        try
        {
            var source = entry.Template is { } file ? await File.ReadAllTextAsync(file, cancellation) : engine.ChatTemplate();
            var template = ChatTemplate.Parse(source ?? throw new EngineException($"The file of {entry.Id} has no chat template: name one in the catalogue."));
            var cells = entry.CacheTokens ?? 2 * entry.ContextLength;
            var options = new BatcherOptions(
                entry.ContextLength, entry.Slots, cells, Threads: entry.Threads ?? LlamaLibrary.DefaultThreads, HostCacheTokens: entry.HostCacheTokens ?? cells);
            var prompt = new PromptWriter(template, engine);
            return new HostedModel(entry, engine, new ContinuousBatcher(engine, options, loggers.CreateLogger<ContinuousBatcher>()), prompt, TemplateTraits.Of(source, template));
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    private IEngineModel Open(CatalogModel entry)
    {
        if (entry.Engine == Bigram)
        {
            var options = new BigramOptions(StepDelay: TimeSpan.FromMilliseconds(entry.StepDelayMs));
            return entry.Files is [var text, ..] ? BigramModel.Load(catalog.PathOf(entry, text), options) : new BigramModel(options);
        }

        LlamaLibrary.Initialize(natives.Value.Folder, loggers.CreateLogger("llama.cpp"));
        return LlamaModel.Load(catalog.PathOf(entry, entry.Files[0]));
    }
}
