using Microsoft.Extensions.Options;
using Platform.Catalog;
using Platform.Catalog.Memory;
using Platform.Grains.Pools;
using Platform.Inference.Batching;
using Platform.Inference.Bigram;
using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp;
using Platform.Inference.Speculation;
using Platform.Templates;
using Platform.Templates.Output;

namespace Platform.LlamaWorker.Models;

/// <summary>Opens a model of the catalogue with its engine and makes its batcher.</summary>
internal sealed class ModelLoader(ModelCatalog catalog, IOptions<NativesOptions> natives, ILoggerFactory loggers)
{
    private const string LlamaCpp = "llama.cpp", Bigram = "bigram";

    /// <summary>A bigram model with its batcher.</summary>
    private const long ManagedModel = 32 << 20;

    public static bool Knows(string engine) => engine is LlamaCpp or Bigram;

    /// <summary>Memory the model takes while it is loaded.</summary>
    /// <exception cref="CatalogException">Its file can't be read.</exception>
    public static MemoryNeed Estimate(CatalogModel entry) => entry.Engine == Bigram ? new MemoryNeed(0, 0, 0, ManagedModel) : MemoryNeed.Of(entry);

    /// <summary>Reads what only the file tells, without its weights.</summary>
    /// <exception cref="EngineException">The engine can't load it.</exception>
    /// <exception cref="CatalogException">A file is not the one the catalogue names.</exception>
    /// <exception cref="TemplateException">Its chat template can't be parsed.</exception>
    public async Task<TemplateFacts> Look(CatalogModel entry, CancellationToken cancellation)
    {
        await catalog.VerifyAsync(entry, cancellation);
        using var engine = Open(entry, vocabularyOnly: true);
        var source = await Source(entry, engine, cancellation);
        var template = ChatTemplate.Parse(source);
        var traits = TemplateTraits.Of(source, template);
        var (byDefault, on, off) = traits.OpensThinking;
        var words = traits.Words is { } told ? new ThinkingWords(told.Off, told.Low, told.Medium, told.High) : null;
        return new TemplateFacts(new PromptWriter(template, engine).Overhead, new ModelTraits(traits.Format.Name, traits.ThinkingSwitch, traits.Thinks, new ThinkingOpened(byDefault, on, off), words));
    }

    /// <exception cref="EngineException">The engine can't load it.</exception>
    /// <exception cref="CatalogException">A file is not the one the catalogue names.</exception>
    /// <exception cref="TemplateException">Its chat template can't be parsed.</exception>
    public async Task<LoadedModel> Load(CatalogModel entry, CancellationToken cancellation)
    {
        await catalog.VerifyAsync(entry, cancellation);
        var engine = Open(entry, vocabularyOnly: false);
        IEngineModel? draft = null;
        try
        {
            if (entry.Speculation?.Draft is { } file)
            {
                draft = Open(entry with { Files = [file], Adapter = null }, vocabularyOnly: false);
                if (!Vocabularies.AreSame(engine, draft)) throw new EngineException($"The draft model of {entry.Id} can't guess for it: its vocabulary is another one. Name a model of the same family in speculation.draft.");
            }

            var prompt = new PromptWriter(ChatTemplate.Parse(await Source(entry, engine, cancellation)), engine);
            var cells = entry.CacheTokens ?? 2 * entry.ContextLength;
            var options = new BatcherOptions(
                entry.ContextLength, entry.Slots, cells, Threads: entry.Threads ?? LlamaLibrary.DefaultThreads, HostCacheTokens: entry.HostCacheTokens ?? cells,
                CacheType: Enum.Parse<CacheType>(entry.CacheType.Replace("_", "", StringComparison.Ordinal), ignoreCase: true), FlashAttention: entry.FlashAttention)
            {
                Speculation = entry.Speculation is { } speculation ? new SpeculationOptions(draft, speculation.MaxTokens) : null,
            };
            return new LoadedModel(engine, new ContinuousBatcher(engine, options, loggers.CreateLogger<ContinuousBatcher>()), prompt, draft);
        }
        catch
        {
            engine.Dispose();
            draft?.Dispose();
            throw;
        }
    }

    private static async Task<string> Source(CatalogModel entry, IEngineModel engine, CancellationToken cancellation) =>
        (entry.Template is { } file ? await File.ReadAllTextAsync(file, cancellation) : engine.ChatTemplate())
        ?? throw new EngineException($"The file of {entry.Id} has no chat template: name one in the catalogue.");

    private IEngineModel Open(CatalogModel entry, bool vocabularyOnly)
    {
        if (entry.Engine == Bigram)
        {
            var options = new BigramOptions(StepDelay: TimeSpan.FromMilliseconds(entry.StepDelayMs));
            return entry.Files is [var text, ..] ? BigramModel.Load(catalog.PathOf(entry, text), options) : new BigramModel(options);
        }

        LlamaLibrary.Initialize(natives.Value.Folder, loggers.CreateLogger("llama.cpp"));
        var adapter = entry.Adapter is { } file && !vocabularyOnly ? new AdapterFile(file.Path, file.Scale) : null;
        return LlamaModel.Load(catalog.PathOf(entry, entry.Files[0]), new LoadOptions(entry.GpuLayers ?? -1, entry.TensorSplit, adapter, vocabularyOnly));
    }
}
