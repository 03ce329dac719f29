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

    /// <summary>Must stand before routing: it turns the page's own chat requests into API requests.</summary>
    public static WebApplication UseConsole(this WebApplication app)
    {
        app.UseMiddleware<ConsoleChat>();
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
}
