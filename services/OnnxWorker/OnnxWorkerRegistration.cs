using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.Catalog;
using Platform.Inference.LlamaCpp;
using Platform.Observability.Health;
using Platform.OnnxWorker.Embeddings;
using Platform.OnnxWorker.Models;
using Platform.OnnxWorker.Videos;

namespace Platform.OnnxWorker;

public static class OnnxWorkerRegistration
{
    /// <summary>Adds a worker that serves the catalogue's models on ONNX Runtime; needs a messaging composition, a catalogue, the event store and a grain factory.</summary>
    public static TBuilder AddOnnxWorker<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        services.AddOptions<OnnxWorkerOptions>().BindConfiguration(OnnxWorkerOptions.Section)
            .Validate(options => options.DrainSeconds is >= 0 and <= 300, $"{OnnxWorkerOptions.Section}:DrainSeconds must be 0 to 300.")
            .Validate(options => options.MemoryBudget.Length == 0 || ByteSize.Parse(options.MemoryBudget) is not null, $"{OnnxWorkerOptions.Section}:MemoryBudget is no size, such as 1.5GiB.")
            .Validate(options => options.Cuda is null or >= 0, $"{OnnxWorkerOptions.Section}:Cuda must be the number of a device.").ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => WorkerIdentity.From(provider.GetRequiredService<IOptions<OnnxWorkerOptions>>().Value));

        services.AddOptions<NativesOptions>().BindConfiguration(NativesOptions.Section);
        services.AddSingleton<EmbeddingLoader>();
        services.AddSingleton<EmbeddingModels>();
        // first to start and last to stop: runs need their models
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(provider => provider.GetRequiredService<EmbeddingModels>()));
        services.AddHealthChecks().AddCheck<EmbeddingModelsReady>("embedding models", tags: [PlatformHealth.Ready]);

        services.AddSingleton<EmbeddingRuns>();
        services.AddSingleton<EmbeddingCommands>();
        builder.AddVideoWorker();
        services.AddHostedService<Worker>();
        return builder;
    }
}
