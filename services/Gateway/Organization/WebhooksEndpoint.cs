using System.Security.Cryptography;
using Platform.Contracts.Generations;
using Platform.Eventing.Webhooks;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization;

/// <summary><c>/v1/organization/projects/{project}/webhooks</c>: where a project is told that its videos are done.</summary>
internal static class WebhooksEndpoint
{
    public static void MapWebhooks(this IEndpointRouteBuilder project)
    {
        var webhooks = project.MapGroup("/webhooks");
        webhooks.MapPost("", Create).WithSummary("Adds a webhook; its secret is in this answer only.").Accepts<NewWebhook>("application/json").Produces<ProjectWebhook>();
        webhooks.MapGet("", List).WithSummary("Lists a project's webhooks.").Produces<ListPage<ProjectWebhook>>();
        webhooks.MapDelete("/{webhook}", Remove).WithSummary("Removes a webhook; what was still due to it is dropped.").Produces<DeletedWebhook>();
    }

    private static async Task<IResult> Create(HttpContext http, string project, WebhookStore store, TimeProvider clock)
    {
        if (NewWebhook.Read(await RequestBody.Read(http)).Refused(out var error, out var asked)) return new Refusal(error);
        var endpoint = new WebhookEndpoint(PublicId.New("wh_"), project, asked.Url, $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(24))}", asked.Events, clock.GetUtcNow());
        await store.Add(endpoint, http.RequestAborted);
        return Results.Json(Describe(endpoint) with { Secret = endpoint.Secret }, WireJson.Wire.ProjectWebhook);
    }

    private static async Task<IResult> List(HttpRequest request, string project, WebhookStore store, CancellationToken cancellation)
    {
        var query = new QueryReader(request.Query);
        var limit = query.Integer("limit", 1, 100) ?? 20;
        if (query.Error is { } error) return new Refusal(error);
        var page = (await store.List(project, cancellation)).Select(Describe).Page(query.Text("after"), (int)limit, webhook => webhook.Id);
        return Results.Json(page, WireJson.Wire.ListPageProjectWebhook);
    }

    private static async Task<IResult> Remove(string project, string webhook, WebhookStore store, CancellationToken cancellation) =>
        await store.Remove(project, webhook, cancellation)
            ? Results.Json(new DeletedWebhook { Id = webhook }, WireJson.Wire.DeletedWebhook)
            : new Refusal(ApiError.NotFound($"No such webhook: {webhook}", "webhook_id"));

    private static ProjectWebhook Describe(WebhookEndpoint endpoint) => new() { Id = endpoint.Id, Url = endpoint.Url, Events = endpoint.Events, CreatedAt = endpoint.CreatedAt.ToUnixTimeSeconds() };
}
