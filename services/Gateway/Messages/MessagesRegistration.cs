namespace Platform.Gateway.Messages;

internal static class MessagesRegistration
{
    public const string Path = "/v1/messages";

    public static void AddMessages(this IServiceCollection services) => services.AddSingleton<MessagesEndpoint>();

    public static void MapMessages(this IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<MessagesEndpoint>();
        app.MapPost($"{Path}/count_tokens", (Delegate)endpoint.CountTokens).WithSummary("Counts the tokens a message would read.");
        app.MapPost(Path, (Delegate)endpoint.Create).WithSummary("Answers a conversation in the shape of Anthropic's Messages API.");
    }
}
