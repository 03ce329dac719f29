namespace Platform.Gateway.Chat;

internal static class ChatRegistration
{
    public static void AddChat(this IServiceCollection services)
    {
        services.AddOptions<ChatOptions>().BindConfiguration(ChatOptions.Section)
            .Validate(options => options.Timeout > TimeSpan.Zero, $"{ChatOptions.Section}:Timeout must be more than nothing")
            .Validate(options => options.Silence > TimeSpan.Zero, $"{ChatOptions.Section}:Silence must be more than nothing")
            .ValidateOnStart();
        services.AddSingleton<ServedModels>();
        services.AddSingleton<Generations>();
        services.AddSingleton<Settlement>();
        services.AddSingleton<ChatEndpoint>();
        services.AddHostedService<ReservationKeeper>();
    }

    public static void MapChat(this IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<ChatEndpoint>();
        app.MapPost("/v1/chat/completions", (Delegate)endpoint.Complete) // only a Delegate gets into the description
            .WithSummary("Answers a conversation, whole or as a stream of server-sent events.")
            .AddOpenApiOperationTransformer(ChatDescription.Describe);
    }
}
