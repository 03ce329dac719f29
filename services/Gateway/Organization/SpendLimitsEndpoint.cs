using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.Grains.Quotas;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization;

/// <summary><c>…/spend_limit</c> of a project and of an API key: what may be spent in a calendar month (UTC). A request that may cost more than is left is refused before any work.</summary>
internal static class SpendLimitsEndpoint
{
    private const long MicrosInCent = 10_000;

    public static void MapSpendLimits(this IEndpointRouteBuilder project)
    {
        project.MapGet("/spend_limit", (string project, IGrainFactory grains) => Get(new(project, null), grains))
            .WithSummary("A project's spend limit, and what it has spent this month.").Produces<SpendLimit>();
        project.MapPost("/spend_limit", (HttpContext http, string project, IGrainFactory grains) => Set(http, new(project, null), grains))
            .WithSummary("Sets what a project may spend in a month.").Accepts<NewSpendLimit>("application/json").Produces<SpendLimit>();
        project.MapDelete("/spend_limit", (string project, IGrainFactory grains) => Lift(new(project, null), grains))
            .WithSummary("Lifts a project's spend limit.").Produces<DeletedSpendLimit>();

        var key = project.MapGroup("/api_keys/{key}").AddEndpointFilter(KeyIsThere);
        key.MapGet("/spend_limit", (string project, string key, IGrainFactory grains) => Get(new(project, key), grains))
            .WithSummary("An API key's spend limit, and what it has spent this month.").Produces<SpendLimit>();
        key.MapPost("/spend_limit", (HttpContext http, string project, string key, IGrainFactory grains) => Set(http, new(project, key), grains))
            .WithSummary("Sets what an API key may spend in a month.").Accepts<NewSpendLimit>("application/json").Produces<SpendLimit>();
        key.MapDelete("/spend_limit", (string project, string key, IGrainFactory grains) => Lift(new(project, key), grains))
            .WithSummary("Lifts an API key's spend limit.").Produces<DeletedSpendLimit>();
    }

    private static async ValueTask<object?> KeyIsThere(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var route = context.HttpContext.Request.RouteValues;
        var (project, key) = ((string)route["project"]!, (string)route["key"]!); // routing found both
        return await ApiKeysEndpoint.Find(project, key, context.HttpContext.RequestServices.GetRequiredService<IGrainFactory>()) is null ? ApiKeysEndpoint.NoSuchKey(key) : await next(context);
    }

    private static async Task<IResult> Get(Spender of, IGrainFactory grains) => Describe(of, await grains.GetGrain<IProjectQuota>(of.Project).Read());

    private static async Task<IResult> Set(HttpContext http, Spender of, IGrainFactory grains)
    {
        if (NewSpendLimit.Read(await RequestBody.Read(http)).Refused(out var error, out var asked)) return new Refusal(error);
        return Describe(of, await Configure(of, new Budget(asked.Amount * MicrosInCent, asked.Tokens), grains));
    }

    private static async Task<IResult> Lift(Spender of, IGrainFactory grains)
    {
        await Configure(of, Budget.Unlimited, grains);
        return Results.Json(new DeletedSpendLimit { Object = $"{of.Object}.deleted" }, WireJson.Wire.DeletedSpendLimit);
    }

    private static async Task<QuotaReport> Configure(Spender of, Budget budget, IGrainFactory grains)
    {
        var quota = grains.GetGrain<IProjectQuota>(of.Project);
        var report = await quota.Read();
        var limits = of.Set(report.Limits, budget);
        await quota.Configure(limits);
        return report with { Limits = limits };
    }

    private static IResult Describe(Spender of, QuotaReport report)
    {
        var (budget, spent) = (of.BudgetIn(report.Limits), of.SpentIn(report));
        var limit = new SpendLimit
        {
            Object = of.Object,
            ThresholdAmount = budget.CostMicros / MicrosInCent,
            ThresholdTokens = budget.Tokens,
            Enforcement = new(spent.CostMicros >= budget.CostMicros || spent.Tokens >= budget.Tokens ? "enforcing" : "inactive"),
            SpentAmount = (decimal)spent.CostMicros / MicrosInCent,
            SpentTokens = spent.Tokens,
        };
        return Results.Json(limit, WireJson.Wire.SpendLimit);
    }

    /// <param name="Key">Null: the whole project.</param>
    private readonly record struct Spender(string Project, string? Key)
    {
        public string Object => Key is null ? "project.spend_limit" : "project.api_key.spend_limit";

        public Budget BudgetIn(QuotaLimits limits) => Key is null ? limits.ProjectBudget : limits.KeyBudgets.GetValueOrDefault(Key, Budget.Unlimited);

        public Amount SpentIn(QuotaReport report) => Key is null ? report.Spent : report.SpentByKey.GetValueOrDefault(Key);

        public QuotaLimits Set(QuotaLimits limits, Budget budget)
        {
            if (Key is null) return limits with { ProjectBudget = budget };
            var keys = new Dictionary<string, Budget>(limits.KeyBudgets) { [Key] = budget };
            if (budget == Budget.Unlimited) keys.Remove(Key);
            return limits with { KeyBudgets = keys };
        }
    }
}
