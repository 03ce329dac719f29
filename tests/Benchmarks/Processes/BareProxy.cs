using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace Platform.Benchmarks.Processes;

/// <summary>YARP in front of one server, as its documentation begins.</summary>
internal static class BareProxy
{
    public static WebApplication Build(string port, string destination)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", $"http://127.0.0.1:{port}");
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "server", Match = new() { Path = "{**path}" } }],
            [new ClusterConfig { ClusterId = "server", Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = destination } } }]);
        var app = builder.Build();
        app.MapReverseProxy();
        return app;
    }
}
