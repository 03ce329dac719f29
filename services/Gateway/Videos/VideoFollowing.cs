using System.Text.Json;
using Platform.Eventing.Videos;
using Platform.Gateway.Errors;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Videos;

namespace Platform.Gateway.Videos;

/// <summary>For clients that stay while a video is made: its progress as events, or its file as the answer.</summary>
internal sealed class VideoFollowing(StoredVideos stored, VideoReader reader, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(10);

    /// <summary><c>video.queued</c>, <c>video.progress</c> and at last <c>video.completed</c> or <c>video.failed</c>, each with the video and where its preview is.</summary>
    public async Task Events(HttpContext http, string id)
    {
        if ((await stored.Find(http, id)).Refused(out var error, out var job))
        {
            await error.Write(http);
            return;
        }

        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        using var left = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var sent = "";
        var last = clock.GetTimestamp();
        for (VideoJob? now = job; now is not null; now = await reader.Find(job.ProjectId, id, left.Token))
        {
            var resource = await stored.Describe(now, left.Token);
            var state = $"{now.Status} {now.Progress} {now.Preview} {resource.QueuePosition}";
            if (state != sent)
            {
                await Send(http, now, resource, left.Token);
                (sent, last) = (state, clock.GetTimestamp());
            }
            else if (clock.GetElapsedTime(last) > Ping)
            {
                await http.Response.WriteAsync(": ping\n\n", left.Token);
                last = clock.GetTimestamp();
            }

            if (now.IsOver) break;
            await Task.Delay(Interval, clock, left.Token);
        }

        await http.Response.WriteAsync("data: [DONE]\n\n", left.Token);
    }

    /// <summary>Waits for the video; a client that leaves leaves it to be made.</summary>
    public async Task<IResult> Sync(HttpContext http, NewVideos made)
    {
        if ((await made.Create(http, VideoRequestKind.Create)).Refused(out var error, out var job)) return new Refusal(error);
        http.Response.Headers["x-video-id"] = job.Id;
        using var left = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        for (VideoJob? now = job; now is not null; now = await reader.Find(job.ProjectId, job.Id, left.Token))
        {
            if (now.Status == VideoStatus.Completed) return await stored.Download(http, now, "video");
            if (now.IsOver) return new Refusal(new ApiError(now.ErrorCode == "invalid_input" ? 400 : 500, now.ErrorMessage ?? "The video failed.", "server_error", null, now.ErrorCode));
            await Task.Delay(Interval, clock, left.Token);
        }

        return new Refusal(ApiError.NotFound($"The video {job.Id} was deleted.", "video_id"));
    }

    private static async Task Send(HttpContext http, VideoJob job, VideoResource resource, CancellationToken cancellation)
    {
        var name = job.Status switch { VideoStatus.Queued => "video.queued", VideoStatus.InProgress => "video.progress", VideoStatus.Completed => "video.completed", _ => "video.failed" };
        var progress = new VideoProgress { Type = name, Video = resource, PreviewUrl = job.Preview is null ? null : $"/v1/videos/{job.Id}/content?variant=preview" };
        await http.Response.WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(progress, WireJson.Wire.VideoProgress)}\n\n", cancellation);
        await http.Response.Body.FlushAsync(cancellation);
    }
}
