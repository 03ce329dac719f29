namespace Platform.Gateway.Chat;

internal static class ChatRegistration
{
    public static void AddChat(this IServiceCollection services) => services.AddSingleton<ChatEndpoint>();

    public static void MapChat(this IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<ChatEndpoint>();
        app.MapPost("/v1/chat/completions", (Delegate)endpoint.Complete) // only a Delegate gets into the description
            .WithSummary("Answers a conversation, whole or as a stream of server-sent events.")
            .AddOpenApiOperationTransformer(ChatDescription.Describe);
    }
}
