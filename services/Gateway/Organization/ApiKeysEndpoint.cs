using System.Text.RegularExpressions;
using Platform.Contracts.Generations;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.Grains.Keys;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization;

/// <summary><c>/v1/organization/projects/{project}/api_keys</c>. OpenAI's API has no creation here; ours shows the secret in its answer and never again.</summary>
internal static partial class ApiKeysEndpoint
{
    public static void MapApiKeys(this IEndpointRouteBuilder project)
    {
        var keys = project.MapGroup("/api_keys");
        keys.MapPost("", Create).WithSummary("Creates an API key; its secret is in this answer only.").Accepts<NewProjectApiKey>("application/json").Produces<ProjectApiKey>();
        keys.MapGet("", List).WithSummary("Lists a project's API keys.").Produces<ListPage<ProjectApiKey>>();
        keys.MapGet("/{key}", Get).WithSummary("One API key.").Produces<ProjectApiKey>();
        keys.MapDelete("/{key}", Revoke).WithSummary("Revokes an API key; within a second it opens nothing any more.").Produces<DeletedApiKey>();
    }

    private static async Task<IResult> Create(HttpContext http, string project, IGrainFactory grains)
    {
        if (NewProjectApiKey.Read(await RequestBody.Read(http)).Refused(out var error, out var asked)) return new Refusal(error);
        var id = PublicId.New("key_");
        var secret = await grains.GetGrain<IApiKey>(id).Create(new NewApiKey(project, asked.Name, KeyScope.Project));
        var key = new ProjectApiKey { Id = id, Name = asked.Name, RedactedValue = ApiKeySecret.Redact(secret), CreatedAt = DateTimeOffset.UtcNow.ToUnixTimeSeconds(), Value = secret };
        return Results.Json(key, WireJson.Wire.ProjectApiKey);
    }

    private static async Task<IResult> List(HttpRequest request, string project, IGrainFactory grains)
    {
        var query = new QueryReader(request.Query);
        var limit = query.Integer("limit", 1, 100) ?? 20;
        if (query.Error is { } error) return new Refusal(error);
        var keys = await grains.GetGrain<IApiKeys>("all").List(project);
        var page = keys.Where(key => key.RevokedAt is null).OrderBy(key => key.CreatedAt).ThenBy(key => key.KeyId, StringComparer.Ordinal).Select(Describe).Page(query.Text("after"), (int)limit, key => key.Id);
        return Results.Json(page, WireJson.Wire.ListPageProjectApiKey);
    }

    private static async Task<IResult> Get(string project, string key, IGrainFactory grains) =>
        await Find(project, key, grains) is { } found ? Results.Json(Describe(found), WireJson.Wire.ProjectApiKey) : NoSuchKey(key);

    private static async Task<IResult> Revoke(string project, string key, IGrainFactory grains) =>
        await Find(project, key, grains) is not null && await grains.GetGrain<IApiKey>(key).Revoke()
            ? Results.Json(new DeletedApiKey { Id = key }, WireJson.Wire.DeletedApiKey)
            : NoSuchKey(key);

    public static async ValueTask<ApiKeyDescription?> Find(string project, string key, IGrainFactory grains) =>
        KeyId().IsMatch(key) && await grains.GetGrain<IApiKey>(key).Read() is { RevokedAt: null } found && found.ProjectId == project ? found : null;

    public static Refusal NoSuchKey(string key) => new(ApiError.NotFound($"No such API key: {key}", "key"));

    private static ProjectApiKey Describe(ApiKeyDescription key) =>
        new() { Id = key.KeyId, Name = key.Name, RedactedValue = key.RedactedSecret, CreatedAt = key.CreatedAt.ToUnixTimeSeconds() };

    [GeneratedRegex(@"\Akey_[0-9a-z]{26}\z")]
    private static partial Regex KeyId();
}
