using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Eventing.Database;
using Platform.Gateway.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Organization;
using Platform.OpenAi.Videos;
using Platform.Video.Provenance;

namespace Platform.Gateway.Videos;

/// <summary><c>/v1/videos</c>.</summary>
internal static class VideosApi
{
    public static void MapVideos(this IEndpointRouteBuilder app)
    {
        var videos = app.MapGroup("/v1/videos");
        videos.MapPost("", (HttpContext http, NewVideos made, StoredVideos stored) => Create(http, made, stored, VideoRequestKind.Create)).WithSummary("Makes a video from a prompt and perhaps a picture.").Produces<VideoResource>();
        videos.MapPost("/edits", (HttpContext http, NewVideos made, StoredVideos stored) => Create(http, made, stored, VideoRequestKind.Edit)).WithSummary("Makes a video from another one, partly.").Produces<VideoResource>();
        videos.MapPost("/extensions", (HttpContext http, NewVideos made, StoredVideos stored) => Create(http, made, stored, VideoRequestKind.Extend)).WithSummary("Goes on after a video's last frame.").Produces<VideoResource>();
        videos.MapPost("/{id}/remix", (HttpContext http, string id, NewVideos made, StoredVideos stored) => Create(http, made, stored, VideoRequestKind.Remix, id)).WithSummary("Makes a video from another one of this project.").Produces<VideoResource>();
        videos.MapPost("/sync", (HttpContext http, NewVideos made, VideoFollowing following) => following.Sync(http, made)).WithSummary("Makes a video and answers with its file.");
        videos.MapPost("/provenance", (HttpContext http, ProvenanceEndpoint provenance) => provenance.Ask(http)).WithSummary("Whether a file was made here.").Produces<VideoProvenance>();
        videos.MapPost("/characters", () => NoCharacters());
        videos.MapGet("/characters/{character}", () => NoCharacters());
        videos.MapGet("", (HttpContext http, StoredVideos stored) => stored.List(http)).WithSummary("Lists the project's videos.").Produces<ListPage<VideoResource>>();
        videos.MapGet("/{id}", (HttpContext http, string id, StoredVideos stored) => stored.Get(http, id)).WithSummary("One video.").Produces<VideoResource>();
        videos.MapDelete("/{id}", (HttpContext http, string id, StoredVideos stored) => stored.Delete(http, id)).WithSummary("Deletes a video; one that is being made is cancelled first.").Produces<DeletedVideo>();
        videos.MapMethods("/{id}/content", ["GET", "HEAD"], (HttpContext http, string id, StoredVideos stored) => stored.Content(http, id)).WithSummary("A video's file, thumbnail, spritesheet or preview.");
        videos.MapPost("/{id}/cancel", (HttpContext http, string id, StoredVideos stored) => stored.Cancel(http, id)).WithSummary("Cancels a video.").Produces<VideoResource>();
        videos.MapGet("/{id}/events", (HttpContext http, string id, VideoFollowing following) => following.Events(http, id)).WithSummary("A video's progress as server-sent events.");
    }

    public static void AddVideos(this IServiceCollection services)
    {
        services.AddOptions<Fetching.FetchOptions>().BindConfiguration(Fetching.FetchOptions.Section)
            .Validate(options => options.Timeout > TimeSpan.Zero, $"{Fetching.FetchOptions.Section}:Timeout must be more than nothing").ValidateOnStart();
        services.AddSingleton<Fetching.Fetcher>();
        services.AddSingleton<InputMedia>();
        services.AddSingleton<VideoHoldings>();
        services.AddSingleton<NewVideos>();
        services.AddSingleton<StoredVideos>();
        services.AddSingleton<VideoFollowing>();
        services.TryAddSingleton(provider => new SharedMarks((make, cancellation) => provider.GetRequiredService<PlatformKeys>().Get(SharedMarks.KeyName, make, cancellation)));
        services.AddSingleton<ProvenanceEndpoint>();
    }

    private static async Task<IResult> Create(HttpContext http, NewVideos made, StoredVideos stored, VideoRequestKind kind, string? from = null) =>
        (await made.Create(http, kind, from)).Refused(out var error, out var job) ? new Refusal(error) : Results.Json(await stored.Describe(job, http.RequestAborted), WireJson.Wire.VideoResource);

    private static Refusal NoCharacters() => new(new(400, "Characters are not supported: no model here keeps one.", "invalid_request_error", null, "unsupported_endpoint"));
}
