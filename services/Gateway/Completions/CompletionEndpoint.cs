using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Grains.Keys;
using Platform.OpenAi.Completions;

namespace Platform.Gateway.Completions;

/// <summary><c>POST /v1/completions</c>: authenticate, validate, then each prompt goes the road of every generation, side by side.</summary>
internal sealed class CompletionEndpoint(Callers callers, ServedModels models, GenerationRoad road)
{
    public async Task Complete(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (CompletionRequestReader.Read(body).Refused(out error, out var request) || models.FindChat(request.Model, "v1/completions").Refused(out error, out var model))
        {
            await error.Write(http);
            return;
        }

        await road.RunTogether(http, [.. request.Prompts.Select((prompt, i) => request.ToGeneration(prompt, model, caller, body) with { IsFurther = i > 0 })], generations => request.Stream
            ? new CompletionStream(http, request, generations)
            : new CompletionAnswer(http, request, generations));
    }
}

internal static class CompletionRegistration
{
    public static void AddCompletions(this IServiceCollection services) => services.AddSingleton<CompletionEndpoint>();

    public static void MapCompletions(this IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<CompletionEndpoint>();
        app.MapPost("/v1/completions", (Delegate)endpoint.Complete).WithSummary("Goes on with one or more prompts, without a chat template.");
    }
}
