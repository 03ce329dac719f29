using Platform.WebConsole.Access;
using Platform.WebConsole.Page;
using Platform.WebConsole.State;

namespace Platform.WebConsole;

public static class ConsoleApp
{
    public static WebApplicationBuilder AddConsole(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ConsoleOptions>().BindConfiguration(ConsoleOptions.Section);
        builder.Services.AddSingleton<PageKey>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PageKey>());
        builder.Services.AddSingleton<ConsoleAccess>();
        builder.Services.AddSingleton<StateReader>();
        return builder;
    }

    /// <summary>Where the gateway is in the same process: turns the page's own chat requests into API requests. Must stand before routing.</summary>
    public static WebApplication UseConsole(this WebApplication app)
    {
        app.UseMiddleware<ConsoleChat>();
        return app;
    }

    /// <summary>Where the gateway is another process: passes the page's own chat requests on.</summary>
    public static WebApplicationBuilder AddGatewayForward(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ConsoleOptions>()
            .Validate(console => Uri.TryCreate(console.Gateway, UriKind.Absolute, out var gateway) && gateway.Scheme is "http" or "https", $"{ConsoleOptions.Section}:Gateway must be the address of a gateway, like http://127.0.0.1:8080.")
            .ValidateOnStart();
        builder.Services.AddSingleton<GatewayForward>();
        return builder;
    }

    public static WebApplication MapGatewayForward(this WebApplication app)
    {
        app.Map("/console/v1/{**path}", app.Services.GetRequiredService<GatewayForward>().Pass).ExcludeFromDescription();
        return app;
    }

    public static WebApplication MapConsole(this WebApplication app)
    {
        app.MapPage();
        app.MapState();
        return app;
    }
}

/// <summary>The web console.</summary>
public sealed record ConsoleOptions
{
    public const string Section = "Platform:Console";

    /// <summary>Whether a browser on this machine may use the page without a key. Switch it off where other people have accounts on the machine.</summary>
    public bool OpenOnLoopback { get; init; } = true;

    /// <summary>Address of a gateway, for a console in a process of its own.</summary>
    public string Gateway { get; init; } = "";
}
