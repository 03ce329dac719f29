using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.Observability.Health;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c> and, as other servers have it, <c>/health</c>: every check tagged <see cref="Ready"/> passes.</summary>
public static class PlatformHealth
{
    public const string Ready = "ready";

    public static TBuilder MapPlatformHealth<TBuilder>(this TBuilder app) where TBuilder : IEndpointRouteBuilder
    {
        Map(app, "/health/live", _ => false);
        Map(app, "/health", check => check.Tags.Contains(Ready));
        Map(app, "/health/ready", check => check.Tags.Contains(Ready));
        return app;
    }

    private static void Map(IEndpointRouteBuilder app, string path, Func<HealthCheckRegistration, bool> which) =>
        app.MapHealthChecks(path, new HealthCheckOptions { Predicate = which, ResponseWriter = Write }).AllowAnonymous().DisableHttpMetrics();

    private static Task Write(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            status = report.Status.ToString().ToLowerInvariant(),
            checks = report.Entries.ToDictionary(e => e.Key, e => new { status = e.Value.Status.ToString().ToLowerInvariant(), description = e.Value.Description }),
        }), context.RequestAborted);
    }
}
