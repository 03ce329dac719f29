using Platform.Catalog;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.Grains.Quotas;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization;

/// <summary><c>/v1/organization/projects/{project}/rate_limits</c>: one limit per model, and <c>rl-*</c> over all of them.</summary>
internal static class RateLimitsEndpoint
{
    private const string Prefix = "rl-";
    private const string AllModels = "*";

    public static void MapRateLimits(this IEndpointRouteBuilder project)
    {
        project.MapGet("/rate_limits", List).WithSummary("Lists a project's limits a minute, over all models (*) and per model.").Produces<ListPage<ProjectRateLimit>>();
        project.MapPost("/rate_limits/{**limit}", Change)
            .WithSummary("Sets a limit; null lifts it, what is not named stays.").Accepts<RateLimitChange>("application/json").Produces<ProjectRateLimit>();
    }

    private static async Task<IResult> List(HttpRequest request, string project, IGrainFactory grains, ModelCatalog catalog)
    {
        var query = new QueryReader(request.Query);
        var limit = query.Integer("limit", 1, 100) ?? 100;
        if (query.Error is { } error) return new Refusal(error);
        var limits = (await grains.GetGrain<IProjectQuota>(project).Read()).Limits;
        var page = catalog.Models.Select(model => model.Id).Prepend(AllModels).Select(model => Describe(model, limits)).Page(query.Text("after"), (int)limit, one => one.Id);
        return Results.Json(page, WireJson.Wire.ListPageProjectRateLimit);
    }

    private static async Task<IResult> Change(HttpContext http, string project, string limit, IGrainFactory grains, ModelCatalog catalog)
    {
        var name = Uri.UnescapeDataString(limit);
        var model = name == Prefix + AllModels ? AllModels : name.StartsWith(Prefix, StringComparison.Ordinal) ? catalog.Find(name[Prefix.Length..])?.Id : null;
        if (model is null) return new Refusal(ApiError.NotFound($"No such rate limit: {name}", "rate_limit_id"));
        if (RateLimitChange.Read(await RequestBody.Read(http)).Refused(out var error, out var change)) return new Refusal(error);

        var quota = grains.GetGrain<IProjectQuota>(project);
        var limits = (await quota.Read()).Limits;
        var rate = RateOf(model, limits);
        rate = new Rate(change.Requests.Over(rate.RequestsPerMinute), change.Tokens.Over(rate.TokensPerMinute));
        limits = model == AllModels ? limits with { Project = rate } : limits with { Models = new Dictionary<string, Rate>(limits.Models) { [model] = rate } };
        await quota.Configure(limits);
        return Results.Json(Describe(model, limits), WireJson.Wire.ProjectRateLimit);
    }

    private static Rate RateOf(string model, QuotaLimits limits) => model == AllModels ? limits.Project : limits.Models.GetValueOrDefault(model) ?? new Rate(null, null);

    private static ProjectRateLimit Describe(string model, QuotaLimits limits)
    {
        var rate = RateOf(model, limits);
        return new ProjectRateLimit { Id = Prefix + model, Model = model, MaxRequestsPerMinute = rate.RequestsPerMinute, MaxTokensPerMinute = rate.TokensPerMinute };
    }
}
