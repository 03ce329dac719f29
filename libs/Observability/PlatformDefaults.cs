using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Platform.Observability.Health;
using Platform.Observability.Hosting;
using Platform.Observability.Metering;

namespace Platform.Observability;

/// <summary>What every service has: logs, health, metrics and a bounded shutdown.</summary>
public static class PlatformDefaults
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(14);

    /// <summary>Weakest configuration source, so that files and environment may raise or lower any of these.</summary>
    private static readonly Dictionary<string, string?> LogLevels = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        // it would begin an activity and a logging scope with every request, which nothing here reads
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",
        // a check that fails is an answer of /health, not an event
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",
        ["Logging:LogLevel:Orleans"] = "Warning",
        ["Logging:LogLevel:Microsoft.Orleans"] = "Warning",
        // The one warns at every start that server GC is off, the other of a first check that takes as long as the machine is up.
        ["Logging:LogLevel:Orleans.Runtime.Silo"] = "Error",
        ["Logging:LogLevel:Orleans.Runtime.Watchdog"] = "Error",
        // A client that waits for its first silo says so itself, once.
        ["Logging:LogLevel:Orleans.Messaging.GatewayManager"] = "Error",
        ["Logging:LogLevel:Polly"] = "Warning",
        ["Logging:LogLevel:MassTransit"] = "Warning",
        ["Logging:LogLevel:Npgsql"] = "Warning",
        ["Logging:LogLevel:Marten"] = "Warning",
        // A failed batch is logged there with every command's parameters, and so with prompts; whoever saves sees the exception.
        ["Logging:LogLevel:Marten.IDocumentStore"] = "None",
    };

    /// <param name="service">Name of the service, e.g. <c>gateway</c>: the label of <c>platform_service_info</c>.</param>
    public static TBuilder AddPlatformDefaults<TBuilder>(this TBuilder builder, string service) where TBuilder : IHostApplicationBuilder
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = LogLevels });
        builder.Logging.ClearProviders();
        if (builder.Configuration["Platform:Logging:Format"] is "json") builder.Logging.AddJsonConsole(o => o.UseUtcTimestamp = true);
        else builder.Logging.AddSimpleConsole(SingleLine);

        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddHealthChecks().AddCheck<NotStopping>("not stopping", tags: [PlatformHealth.Ready]);
        builder.Services.AddOptions<MetricsOptions>().BindConfiguration("Platform:Metrics")
            .Validate(o => o.Port is >= 0 and <= 65535, "Platform:Metrics:Port must be 0 (off) or a TCP port").ValidateOnStart();
        builder.Services.AddHostedService<UnobservedExceptions>();
        builder.Services.AddHostedService<MetricsListener>();
        MetricSources.Configure(service);
        return builder;
    }

    private static void SingleLine(SimpleConsoleFormatterOptions o)
    {
        o.SingleLine = true;
        o.UseUtcTimestamp = true;
        o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
    }
}
