namespace Platform.Gateway.Conversations;

internal static class ConversationsRegistration
{
    public static void AddConversations(this IServiceCollection services) => services.AddSingleton<ConversationsEndpoint>();

    public static void MapConversations(this IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<ConversationsEndpoint>();
        var conversations = app.MapGroup("/v1/conversations");
        conversations.MapPost("", (Delegate)endpoint.Create).WithSummary("Begins a conversation, perhaps with items.");
        conversations.MapGet("/{id}", (Delegate)endpoint.Get).WithSummary("A conversation.");
        conversations.MapPost("/{id}", (Delegate)endpoint.Update).WithSummary("Changes a conversation's metadata.");
        conversations.MapDelete("/{id}", (Delegate)endpoint.Delete).WithSummary("Erases a conversation.");
        conversations.MapPost("/{id}/items", (Delegate)endpoint.AddItems).WithSummary("Adds items to a conversation.");
        conversations.MapGet("/{id}/items", (Delegate)endpoint.ListItems).WithSummary("Lists a conversation's items.");
        conversations.MapGet("/{id}/items/{itemId}", (Delegate)endpoint.GetItem).WithSummary("One item of a conversation.");
        conversations.MapDelete("/{id}/items/{itemId}", (Delegate)endpoint.DeleteItem).WithSummary("Erases an item of a conversation.");
    }
}
