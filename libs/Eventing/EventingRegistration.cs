using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Eventing.Answers;
using Platform.Eventing.Appending;
using Platform.Eventing.Background;
using Platform.Eventing.Content;
using Platform.Eventing.Database;
using Platform.Eventing.Generations;
using Platform.Eventing.Projections;
using Platform.Eventing.Sessions;
using Platform.Eventing.Usage;
using Platform.Eventing.Videos;
using Platform.Eventing.Webhooks;

namespace Platform.Eventing;

public static class EventingRegistration
{
    /// <summary>The event store, its writer and its readers. The schema is applied before any hosted service starts.</summary>
    public static IHostApplicationBuilder AddEventing(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<EventingOptions>().BindConfiguration(EventingOptions.Section)
            .Validate(
                o => !string.IsNullOrWhiteSpace(o.ConnectionString),
                $"{EventingOptions.Section}:ConnectionString is missing: give it a PostgreSQL connection string.")
            .Validate(o => o.MaxConnections is >= 8 and <= 200, $"{EventingOptions.Section}:MaxConnections must lie between 8 and 200.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ConnectionStrings>();
        services.AddSingleton(provider => provider.GetRequiredService<ConnectionStrings>().OpenDataSource(provider.GetRequiredService<ILoggerFactory>()));
        services.AddMarten(provider => EventStore(provider.GetRequiredService<NpgsqlDataSource>()))
            .UseLightweightSessions()
            .AddAsyncDaemon(DaemonMode.ExternallyManaged);
        services.AddHostedService<DatabaseSetup>();

        services.AddSingleton<ContentTable>();
        services.AddSingleton<ContentReader>();
        services.AddSingleton<GenerationReader>();
        services.AddSingleton<AnswerTables>();
        services.AddSingleton<StoredAnswers>();
        services.AddSingleton<BackgroundStore>();
        services.AddSingleton<PlatformKeys>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<VideoTable>();
        services.AddSingleton<VideoReader>();
        services.AddSingleton<VideoJobs>();
        services.AddSingleton<EventWriter>();
        services.AddSingleton<UsageReader>();
        services.AddSingleton<SpentReader>();
        services.AddSingleton<SpentEvents>();
        services.AddSingleton<LedgerVerifier>();
        return builder;
    }

    /// <summary>Makes this process one of those that may lead the projections.</summary>
    public static IHostApplicationBuilder AddProjectionLeader(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHostedService<ProjectionLeader>();
        return builder;
    }

    internal static StoreOptions EventStore(NpgsqlDataSource database)
    {
        var options = new StoreOptions { DatabaseSchemaName = LedgerSchema.Name, AutoCreateSchemaObjects = AutoCreate.CreateOrUpdate };
        options.Connection(database);
        options.Logger(new QuietLogger());
        options.UseSystemTextJsonForSerialization(configure: EventsJson.Configure);

        options.Events.StreamIdentity = StreamIdentity.AsString;
        options.Events.AppendMode = EventAppendMode.Quick;
        options.Events.UseListenNotifyForEventAppends = true;
        options.Events.MapEventType<GenerationCompleted>("generation_completed");
        options.Events.MapEventType<GenerationFailed>("generation_failed");
        options.Events.MapEventType<GenerationCancelled>("generation_cancelled");
        options.Events.MapEventType<SessionStarted>("session_started");
        options.Events.MapEventType<SessionItemsAdded>("session_items_added");
        options.Events.MapEventType<SessionItemRemoved>("session_item_removed");
        options.Events.MapEventType<SessionMetadataChanged>("session_metadata_changed");
        options.Events.MapEventType<SessionEnded>("session_ended");
        options.Events.MapEventType<ResponseRequested>("response_requested");
        options.Events.MapEventType<ResponseClaimed>("response_claimed");
        options.Events.MapEventType<ResponseEnded>("response_ended");
        options.Events.MapEventType<VideoRequested>("video_requested");
        options.Events.MapEventType<VideoStarted>("video_started");
        options.Events.MapEventType<VideoCompleted>("video_completed");
        options.Events.MapEventType<VideoFailed>("video_failed");
        options.Events.MapEventType<VideoCancelled>("video_cancelled");
        options.Events.MapEventType<VideoDeleted>("video_deleted");

        // An event that can't be counted must stop the rollup, not slip through it.
        options.Projections.Errors.SkipApplyErrors = false;
        options.Projections.Errors.SkipSerializationErrors = false;
        var cubes = UsageTables.Build();
        foreach (var table in cubes) options.Storage.ExtendedSchemaObjects.Add(table);
        options.Projections.Add(new UsageRollupProjection(), ProjectionLifecycle.Async, UsageRollupProjection.Name, async =>
        {
            async.BatchSize = 5000;
            foreach (var table in cubes) async.DeleteDataInTableOnTeardown(table.Identifier.QualifiedName);
        });
        return options;
    }
}
