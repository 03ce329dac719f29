using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.LlamaWorker.Models;

/// <summary>Ready when every model the worker is to serve is loaded.</summary>
internal sealed class ModelsReady(HostedModels models) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(models.Missing() is { Count: > 0 } missing ? HealthCheckResult.Unhealthy(string.Join("; ", missing)) : HealthCheckResult.Healthy());
}
