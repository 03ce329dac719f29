namespace Platform.Gateway.Chat;

internal static class ChatRegistration
{
    public static void AddChat(this IServiceCollection services)
    {
        services.AddSingleton<OutputPlanner>();
        services.AddSingleton<RecordedChats>();
        services.AddSingleton<ChatEndpoint>();
        services.AddSingleton<ChatReconnect>();
    }

    public static void MapChat(this IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<ChatEndpoint>();
        app.MapPost("/v1/chat/completions", (Delegate)endpoint.Complete) // only a Delegate gets into the description
            .WithSummary("Answers a conversation, whole or as a stream of server-sent events.")
            .AddOpenApiOperationTransformer(ChatDescription.Describe);

        app.MapPost("/v1/chat/completions/input_tokens", (Delegate)endpoint.CountInput).WithSummary("Counts the tokens a request would read.");

        var reconnect = app.ServiceProvider.GetRequiredService<ChatReconnect>();
        app.MapGet("/v1/chat/completions/{id}/stream", (Delegate)reconnect.Continue)
            .WithSummary("Continues a stream whose connection was lost, after the event that starting_after or Last-Event-ID names.");
    }
}
