using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.WebConsole.Access;

namespace Platform.WebConsole.State;

internal static class StateEndpoint
{
    public static void MapState(this WebApplication app) =>
        app.MapGet("/console/state", async (HttpContext http, ConsoleAccess access, StateReader reader) =>
        {
            if (await access.ProjectOf(http) is not { } project) return Results.StatusCode(StatusCodes.Status401Unauthorized);
            http.Response.Headers.CacheControl = "no-store";
            return Results.Json(await reader.Read(project, http.RequestAborted), StateJson.Default.PlatformState);
        }).ExcludeFromDescription();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PlatformState))]
internal sealed partial class StateJson : JsonSerializerContext;
