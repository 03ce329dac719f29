using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.OnnxWorker.Models;

/// <summary>Ready when every embedding model the worker is to serve is loaded.</summary>
internal sealed class EmbeddingModelsReady(EmbeddingModels models) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(models.Missing() is { Count: > 0 } missing ? HealthCheckResult.Unhealthy(string.Join("; ", missing)) : HealthCheckResult.Healthy());
}
