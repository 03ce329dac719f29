using Microsoft.Net.Http.Headers;
using Platform.Blobs;
using Platform.Contracts.Videos;
using Platform.Eventing.Videos;
using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.Grains;
using Platform.Grains.Keys;
using Platform.Messaging.Runs;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Organization;
using Platform.OpenAi.Videos;

namespace Platform.Gateway.Videos;

/// <summary>What can be done with a video there is: look, list, download, cancel, delete.</summary>
internal sealed partial class StoredVideos(Callers callers, VideoReader reader, VideoJobs jobs, VideoHoldings holdings, IBlobStore blobs, IWorkerQueues workers, ILogger<StoredVideos> logger)
{
    public async Task<ApiResult<VideoJob>> Find(HttpContext http, string id)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller)) return error;
        return PublicIds.IsVideo(id) && await reader.Find(caller.ProjectId, id, http.RequestAborted) is { } job ? job : ApiError.NotFound($"No such video: {id}", "video_id");
    }

    public async Task<VideoResource> Describe(VideoJob job, CancellationToken cancellation) =>
        VideoView.Of(job, job.Status == VideoStatus.Queued ? await reader.Waiting(job.Model, job.Id, cancellation) + 1 : null);

    public async Task<IResult> Get(HttpContext http, string id) =>
        (await Find(http, id)).Refused(out var error, out var job) ? new Refusal(error) : Results.Json(await Describe(job, http.RequestAborted), WireJson.Wire.VideoResource);

    public async Task<IResult> List(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller)) return new Refusal(error);
        var query = new QueryReader(http.Request.Query);
        var limit = (int)(query.Integer("limit", 0, 100) ?? 20);
        var ascending = query.OneOf("order", "asc", "desc") == "asc";
        if (query.Error is { } wrong) return new Refusal(wrong);
        var rows = await reader.List(caller.ProjectId, query.Text("after"), limit + 1, ascending, http.RequestAborted);
        var data = rows.Take(limit).Select(job => VideoView.Of(job)).ToList();
        var page = new ListPage<VideoResource> { Data = data, FirstId = data.Count > 0 ? data[0].Id : null, LastId = data.Count > 0 ? data[^1].Id : null, HasMore = rows.Count > limit };
        return Results.Json(page, WireJson.Wire.ListPageVideoResource);
    }

    public async Task<IResult> Content(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var job)) return new Refusal(error);
        var query = new QueryReader(http.Request.Query);
        var variant = query.OneOf("variant", "video", "thumbnail", "spritesheet", "preview") ?? "video";
        if (query.Error is { } wrong) return new Refusal(wrong);
        return await Download(http, job, variant);
    }

    public async Task<IResult> Download(HttpContext http, VideoJob job, string variant)
    {
        if (variant != "preview" && job.Clip is null)
        {
            return new Refusal(ApiError.NotFound(job.IsOver ? $"The video {job.Id} has no content: it {(job.Status == VideoStatus.Cancelled ? "was cancelled" : "failed")}." : $"The video {job.Id} is not completed yet: it is {VideoView.Of(job).Status}, {job.Progress} %.", "video_id"));
        }

        var (blob, type, name) = variant switch
        {
            "preview" => (job.Preview, "image/webp", "preview.webp"),
            "thumbnail" => (job.Clip?.Thumbnail, "image/webp", "thumbnail.webp"),
            "spritesheet" => (job.Clip?.Spritesheet, "image/jpeg", "spritesheet.jpg"),
            _ => (job.Clip?.Video, job.Clip?.ContentType ?? "", job.Clip?.ContentType switch { "video/webm" => "video.webm", "image/webp" => "video.webp", _ => "video.mp4" }),
        };
        if (!BlobId.TryParse(blob, out var found) || await blobs.Open(found, http.RequestAborted) is not { } stream)
        {
            return new Refusal(ApiError.NotFound($"The video {job.Id} has no {variant}{(variant == "preview" ? " at the moment" : " any more")}.", "variant"));
        }

        // ranges of other units are passed over (RFC 9110 §14.2), which ASP.NET does not do
        if (!http.Request.Headers.Range.ToString().StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)) http.Request.Headers.Remove(HeaderNames.Range);
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{job.Id}.{name}\"";
        http.Response.Headers.CacheControl = "private, no-cache";
        return Results.Stream(stream, type, lastModified: job.FinishedAt, entityTag: new EntityTagHeaderValue($"\"{blob}\""), enableRangeProcessing: true);
    }

    public async Task<IResult> Cancel(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var job)) return new Refusal(error);
        if (await Stop(job, http.RequestAborted) is not { } stopped) return new Refusal(ApiError.NotFound($"No such video: {id}", "video_id"));
        return stopped.Status == VideoStatus.Cancelled
            ? Results.Json(VideoView.Of(stopped), WireJson.Wire.VideoResource)
            : new Refusal(ApiError.Invalid($"The video {id} can't be cancelled: it is {VideoView.Of(stopped).Status}.", "video_id", "video_already_over"));
    }

    public async Task<IResult> Delete(HttpContext http, string id)
    {
        if ((await Find(http, id)).Refused(out var error, out var found)) return new Refusal(error);
        for (var job = found; job is not null; job = await reader.Find(found.ProjectId, id, http.RequestAborted))
        {
            if (!job.IsOver && await Stop(job, http.RequestAborted) is { } stopped) job = stopped;
            if (!await jobs.Delete(job, "asked", http.RequestAborted)) continue;
            await holdings.Erase(job.Blobs, http.RequestAborted);
            return Results.Json(new DeletedVideo { Id = id }, WireJson.Wire.DeletedVideo);
        }

        return new Refusal(ApiError.NotFound($"No such video: {id}", "video_id"));
    }

    /// <summary>Cancels a job that is not over; null when it has gone.</summary>
    private async Task<VideoJob?> Stop(VideoJob seen, CancellationToken cancellation)
    {
        for (var job = seen; job is not null; job = await reader.Find(seen.ProjectId, seen.Id, cancellation))
        {
            if (job.IsOver) return job;
            if (await jobs.Cancel(job, cancellation) is null) continue;
            if (job.Worker is { } worker) await Tell(worker, job.Id, cancellation);
            await holdings.GiveBack(job);
            await holdings.Erase(job.Partial, cancellation);
            return await reader.Find(seen.ProjectId, seen.Id, cancellation);
        }

        return null;
    }

    /// <summary>The worker would notice by its lease; told, it stops within a step.</summary>
    private async Task Tell(string worker, string id, CancellationToken cancellation)
    {
        try
        {
            await workers.Send(worker, new CancelVideo(id), cancellation).Within(TimeSpan.FromSeconds(2), TimeProvider.System, cancellation);
        }
        catch (Exception e) when (e is WorkerUnreachableException or TimeoutException)
        {
            Log.NotTold(logger, id, worker);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{VideoId} was cancelled, worker {Worker} notices by its lease")]
        public static partial void NotTold(ILogger logger, string videoId, string worker);
    }
}
