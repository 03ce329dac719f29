using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.Catalog;
using Platform.Inference.LlamaCpp;
using Platform.LlamaWorker.Models;
using Platform.LlamaWorker.Runs;
using Platform.Observability.Health;

namespace Platform.LlamaWorker;

public static class LlamaWorkerRegistration
{
    /// <summary>Adds a worker that serves the catalogue's chat models; needs a messaging composition, a catalogue, a ledger and a grain factory.</summary>
    public static TBuilder AddLlamaWorker<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        services.AddOptions<WorkerOptions>().BindConfiguration(WorkerOptions.Section)
            .Validate(options => options.DrainSeconds is >= 0 and <= 300, $"{WorkerOptions.Section}:DrainSeconds must be 0 to 300.")
            .Validate(options => options.MemoryBudget.Length == 0 || ByteSize.Parse(options.MemoryBudget) is not null, $"{WorkerOptions.Section}:MemoryBudget is no size, such as 1.5GiB.").ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => WorkerIdentity.From(provider.GetRequiredService<IOptions<WorkerOptions>>().Value));

        services.AddOptions<NativesOptions>().BindConfiguration(NativesOptions.Section);
        services.AddSingleton(provider => MemoryBudget.From(provider.GetRequiredService<IOptions<WorkerOptions>>().Value));
        services.AddSingleton<ModelLoader>();
        services.AddSingleton<Residency>();
        services.AddSingleton<HostedModels>();
        // first to start and last to stop: loading takes longest, and runs need their models
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(provider => provider.GetRequiredService<HostedModels>()));
        services.AddHealthChecks().AddCheck<ModelsReady>("models", tags: [PlatformHealth.Ready]);

        services.AddSingleton<Orphans>();
        services.AddSingleton<RunTable>();
        services.AddSingleton<PromptReader>();
        services.AddHostedService(provider => provider.GetRequiredService<PromptReader>());
        services.AddSingleton<RunCommands>();
        services.AddHostedService<Worker>();
        return builder;
    }
}
