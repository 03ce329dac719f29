using Platform.Gateway.Auth;
using Platform.Gateway.Chat;
using Platform.Gateway.Errors;
using Platform.Gateway.Models;

namespace Platform.Gateway;

/// <summary>The OpenAI-compatible HTTP API.</summary>
public static class GatewayApp
{
    /// <summary>A conversation is text; this is far more than any context holds.</summary>
    private const long MostBodyBytes = 10 * 1024 * 1024;

    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBodyBytes;
            kestrel.Limits.MinResponseDataRate = null; // a stream may be slow for minutes
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ApiKeys>();
        builder.Services.AddSingleton<Callers>();
        builder.Services.AddChat();
        return builder;
    }

    /// <summary>Must stand first in the pipeline: every failure behind it leaves as the OpenAI error object.</summary>
    public static WebApplication UseOpenAiErrors(this WebApplication app)
    {
        app.UseMiddleware<OpenAiErrors>();
        return app;
    }

    public static WebApplication MapGateway(this WebApplication app)
    {
        app.MapChat();
        app.MapModels();
        return app;
    }
}
