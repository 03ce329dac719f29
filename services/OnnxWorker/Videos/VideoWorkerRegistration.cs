using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Blobs;
using Platform.Eventing.Database;
using Platform.Video.Provenance;

namespace Platform.OnnxWorker.Videos;

internal static class VideoWorkerRegistration
{
    /// <summary>Renders videos; needs the event store.</summary>
    public static void AddVideoWorker(this IHostApplicationBuilder builder)
    {
        builder.AddBlobs();
        builder.Services.AddOptions<VideoOptions>().BindConfiguration(VideoOptions.Section)
            .Validate(options => options.Lease >= TimeSpan.FromSeconds(1) && options.Lease <= TimeSpan.FromHours(1), $"{VideoOptions.Section}:Lease must be a second to an hour.")
            .Validate(options => options.CheckpointSteps >= 1, $"{VideoOptions.Section}:CheckpointSteps must be at least 1.")
            .Validate(options => options.MostRuns >= 1, $"{VideoOptions.Section}:MostRuns must be at least 1.").ValidateOnStart();
        builder.Services.TryAddSingleton(provider => new SharedMarks((make, cancellation) => provider.GetRequiredService<PlatformKeys>().Get(SharedMarks.KeyName, make, cancellation)));
        builder.Services.AddSingleton<VideoRenderer>();
        builder.Services.AddSingleton<VideoWorker>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<VideoWorker>());
    }
}
