namespace Platform.Gateway.StoredCompletions;

internal static class StoredCompletionsRegistration
{
    public static void AddStoredCompletions(this IServiceCollection services) => services.AddSingleton<LateStoring>().AddSingleton<StoredCompletionsEndpoint>();

    public static void MapStoredCompletions(this IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<StoredCompletionsEndpoint>();
        var completions = app.MapGroup("/v1/chat/completions");
        completions.MapGet("", (Delegate)endpoint.List).WithSummary("Lists stored chat completions, by model and metadata.");
        completions.MapGet("/{id}", (Delegate)endpoint.Get).WithSummary("A stored chat completion.");
        completions.MapPost("/{id}", (Delegate)endpoint.Update).WithSummary("Changes a stored chat completion's metadata.");
        completions.MapDelete("/{id}", (Delegate)endpoint.Delete).WithSummary("Erases a stored chat completion.");
        completions.MapGet("/{id}/messages", (Delegate)endpoint.Messages).WithSummary("Lists what a stored chat completion was asked.");
    }
}
