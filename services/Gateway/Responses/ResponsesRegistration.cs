using Platform.Gateway.Responses.Background;

namespace Platform.Gateway.Responses;

internal static class ResponsesRegistration
{
    public static void AddResponses(this IServiceCollection services)
    {
        services.AddSingleton<ResponseContexts>();
        services.AddSingleton<ResponseTruncation>();
        services.AddSingleton<ResponseKeeper>();
        services.AddSingleton<ResponseFollower>();
        services.AddSingleton<BackgroundResponses>();
        services.AddHostedService(provider => provider.GetRequiredService<BackgroundResponses>());
        services.AddSingleton<ResponsesEndpoint>();
        services.AddSingleton<CompactionEndpoint>();
        services.AddSingleton<StoredResponsesEndpoint>();
    }

    public static void MapResponses(this IEndpointRouteBuilder app)
    {
        var (create, stored) = (app.ServiceProvider.GetRequiredService<ResponsesEndpoint>(), app.ServiceProvider.GetRequiredService<StoredResponsesEndpoint>());
        var responses = app.MapGroup("/v1/responses");
        responses.MapPost("", (Delegate)create.Create).WithSummary("Answers input items, whole or as a stream of server-sent events.");
        responses.MapPost("/input_tokens", (Delegate)create.CountInput).WithSummary("Counts the tokens a request would read.");
        responses.MapPost("/compact", (Delegate)app.ServiceProvider.GetRequiredService<CompactionEndpoint>().Compact).WithSummary("Makes a conversation shorter: what the user said, and a summary.");
        responses.MapGet("/{id}", (Delegate)stored.Get).WithSummary("A stored response, or its stream again from any event.");
        responses.MapDelete("/{id}", (Delegate)stored.Delete).WithSummary("Erases a stored response.");
        responses.MapPost("/{id}/cancel", (Delegate)stored.Cancel).WithSummary("Cancels a response in the background.");
        responses.MapGet("/{id}/input_items", (Delegate)stored.InputItems).WithSummary("Lists what a stored response was given.");
    }
}
