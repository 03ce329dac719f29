using Microsoft.AspNetCore.Server.Kestrel.Core;
using Platform.Blobs;
using Platform.Gateway.Auth;
using Platform.Gateway.Chat;
using Platform.Gateway.Completions;
using Platform.Gateway.Conversations;
using Platform.Gateway.Draining;
using Platform.Gateway.Embeddings;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Messages;
using Platform.Gateway.Models;
using Platform.Gateway.OpenApi;
using Platform.Gateway.Organization;
using Platform.Gateway.Organization.Models;
using Platform.Gateway.Requests;
using Platform.Gateway.Responses;
using Platform.Gateway.StoredCompletions;
using Platform.Gateway.Tokens;
using Platform.Gateway.Videos;

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
            kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 100, gracePeriod: TimeSpan.FromMinutes(1)); // a client that takes nothing holds a worker's slot
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ApiKeys>();
        builder.Services.AddSingleton<Callers>();
        builder.Services.AddGenerations();
        builder.Services.AddChat();
        builder.Services.AddCompletions();
        builder.Services.AddConversations();
        builder.Services.AddMessages();
        builder.Services.AddResponses();
        builder.Services.AddStoredCompletions();
        builder.Services.AddOrganizationModels();
        builder.Services.AddTokens();
        builder.Services.AddEmbeddings();
        builder.Services.AddDraining();
        builder.AddBlobs();
        builder.Services.AddVideos();
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(any => any.AllowAnyOrigin().AllowAnyMethod().AllowAnyHeader().WithExposedHeaders("x-request-id", "retry-after")));
        builder.Services.AddApiDescription();
        return builder;
    }

    /// <summary>Must stand first in the pipeline: every failure behind it leaves as the OpenAI error object.</summary>
    public static WebApplication UseOpenAiErrors(this WebApplication app)
    {
        app.UseMiddleware<OpenAiErrors>();
        app.UseUnversionedPaths();
        // a key comes in a header and never by itself, so any page may call the API
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/v1"), api => api.UseCors());
        app.UseDraining();
        return app;
    }

    public static WebApplication MapGateway(this WebApplication app)
    {
        app.MapChat();
        app.MapCompletions();
        app.MapConversations();
        app.MapMessages();
        app.MapResponses();
        app.MapStoredCompletions();
        app.MapTokens();
        app.MapEmbeddings();
        app.MapModels();
        app.MapVideos();
        app.MapOrganization();
        app.MapApiDescription();
        return app;
    }
}
