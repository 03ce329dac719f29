using Platform.Blobs;
using Platform.Catalog;
using Platform.Contracts.Generations;
using Platform.Contracts.Videos;
using Platform.Eventing.Videos;
using Platform.Gateway.Auth;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Grains;
using Platform.Grains.Keys;
using Platform.Grains.Quotas;
using Platform.Messaging.Jobs;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Videos;

namespace Platform.Gateway.Videos;

/// <summary>How a video comes to be: authenticate, validate, reserve, make durable, dispatch; then it is answered.</summary>
internal sealed partial class NewVideos(
    Callers callers, ServedModels models, InputMedia media, IBlobStore blobs, VideoJobs jobs, VideoReader reader, VideoHoldings holdings, IJobQueues queues, IGrainFactory grains, TimeProvider clock, ILogger<NewVideos> logger)
{
    private const int LongestIdempotencyKey = 255;

    /// <param name="from">Id of the video in the path, for a remix.</param>
    public async Task<ApiResult<VideoJob>> Create(HttpContext http, VideoRequestKind kind, string? from = null)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller)) return error;
        var idempotencyKey = http.Request.Headers["Idempotency-Key"].ToString();
        if (idempotencyKey.Length > LongestIdempotencyKey) return ApiError.Invalid($"The Idempotency-Key is longer than {LongestIdempotencyKey} characters.", null, "invalid_idempotency_key");

        if ((await VideoForm.Read(http)).Refused(out error, out var form)) return error;
        var hash = $"{kind} {from} {form.Hash()}";
        if (idempotencyKey.Length > 0 && await reader.FindByIdempotencyKey(caller.ProjectId, idempotencyKey, http.RequestAborted) is { } before) return Replayed(before, hash);
        if (VideoRequestReader.Read(form.Json, kind, form.FileNames).Refused(out error, out var request)) return error;
        if ((await Source(caller, form, kind, request.Video ?? from, http.RequestAborted)).Refused(out error, out var source)) return error;
        if (Model(request, source).Refused(out error, out var model)) return error;
        if ((await Prepare(form, request, model, kind, source, http.RequestAborted)).Refused(out error, out var prepared)) return error;
        if (await reader.Waiting(model.Id, null, http.RequestAborted) >= model.Entry.QueueLimit)
        {
            return ApiError.RateLimited($"Too many videos of the model '{model.Id}' are waiting. Please try again later.", TimeSpan.FromSeconds(10));
        }

        var job = new VideoJob
        {
            Id = PublicId.New("video_"),
            ProjectId = caller.ProjectId,
            KeyId = caller.KeyId,
            UserId = request.User ?? "",
            Model = model.Id,
            RequestedModel = request.Model ?? model.Id,
            ArtifactHash = model.ArtifactHash,
            Order = prepared.Order,
            CreatedAt = clock.GetUtcNow(),
            IdempotencyKey = idempotencyKey.Length > 0 ? idempotencyKey : null,
            RequestHash = hash,
            Version = 1,
        };
        var most = new Amount(job.Order.Frames, model.Entry.Prices.VideoMicros(job.Order.Frames, job.Order.Fps));
        var quota = await grains.GetGrain<IProjectQuota>(caller.ProjectId).Admit(new Reservation(job.Id, caller.KeyId, model.Id, most), clock);
        RateLimitHeaders.Write(http.Response, quota);
        if (!quota.Granted) return Admission.OverLimit(quota, caller.ProjectId);
        return await Accept(job, prepared.Media, hash, http.RequestAborted);
    }

    private async Task<ApiResult<VideoJob>> Accept(VideoJob job, IReadOnlyList<byte[]> media, string hash, CancellationToken cancellation)
    {
        bool fresh;
        try
        {
            fresh = await jobs.Request(job, Keep, cancellation);
        }
        catch
        {
            await LetGo(job);
            throw;
        }

        if (!fresh)
        {
            await LetGo(job);
            return await reader.FindByIdempotencyKey(job.ProjectId, job.IdempotencyKey ?? "", cancellation) is { } before
                ? Replayed(before, hash)
                : throw new InvalidOperationException($"The request for {job.Id} was refused by the database.");
        }

        try
        {
            await queues.Send(job.Model, new RenderVideo(job.Id, job.Model), cancellation).Within(TimeSpan.FromSeconds(2), TimeProvider.System, cancellation);
        }
        catch (Exception e)
        {
            Log.NotDispatched(logger, job.Id, e.Message); // it is durable: the sweeper sends it again
        }

        return job;

        async Task Keep()
        {
            foreach (var content in media) await blobs.Put(content, cancellation);
        }
    }

    /// <summary>Also when the client has left; what failed before is what is told.</summary>
    private async Task LetGo(VideoJob job)
    {
        await holdings.GiveBack(job);
        try
        {
            await holdings.Erase(job.Blobs, CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.BlobsLeft(logger, job.Id, e.Message);
        }
    }

    private static ApiResult<VideoJob> Replayed(VideoJob before, string hash) => before.RequestHash == hash
        ? before
        : new ApiError(409, "This Idempotency-Key was used before with another request.", "invalid_request_error", null, "idempotency_key_reused");

    /// <param name="Content">The clip, where it came as a file.</param>
    private sealed record SourceClip(string? Blob, byte[]? Content, double Seconds, string? Size, VideoJob? Job)
    {
        public static SourceClip None { get; } = new(null, null, 0, null, null);
    }

    private async Task<ApiResult<SourceClip>> Source(ApiKeyIdentity caller, VideoForm form, VideoRequestKind kind, string? id, CancellationToken cancellation)
    {
        if (kind == VideoRequestKind.Create) return SourceClip.None;
        if (form.Files.TryGetValue("video", out var file))
        {
            if ((await InputMedia.Clip(file, cancellation)).Refused(out var error, out var clip)) return error;
            return new SourceClip(null, clip.Content, clip.Facts.Seconds, $"{clip.Facts.Width}x{clip.Facts.Height}", null);
        }

        if (id is null || !PublicIds.IsVideo(id) || await reader.Find(caller.ProjectId, id, cancellation) is not { } job) return ApiError.NotFound($"No such video: {id}", "video");
        if (job.Clip is not { } made) return ApiError.Invalid($"The video {job.Id} is not completed.", "video", "video_not_ready");
        return new SourceClip(made.Video, null, (double)(made.Frames - 1) / made.Fps, $"{made.Width}x{made.Height}", job);
    }

    private ApiResult<ServedModel> Model(VideoRequest request, SourceClip source)
    {
        var name = request.Model ?? source.Job?.Model ?? models.First(ModelKind.Video)?.Id;
        if (name is null) return ApiError.Invalid("You must provide a model parameter: no video model is served.", "model", "missing_required_parameter");
        if (models.Find(name) is not { } model) return ApiError.ModelNotFound(name);
        return model.Entry.Kind == ModelKind.Video
            ? model
            : new ApiError(404, $"The model '{name}' is not a video model and thus not supported in the v1/videos endpoint.", "invalid_request_error", "model");
    }

    /// <param name="Order">Checked; names the media by their hashes.</param>
    /// <param name="Media">Kept once the order is admitted.</param>
    private sealed record Prepared(VideoOrder Order, IReadOnlyList<byte[]> Media);

    private async Task<ApiResult<Prepared>> Prepare(VideoForm form, VideoRequest request, ServedModel model, VideoRequestKind kind, SourceClip source, CancellationToken cancellation)
    {
        var task = kind switch { VideoRequestKind.Edit or VideoRequestKind.Remix => VideoTask.Edit, VideoRequestKind.Extend => VideoTask.Extend, _ => VideoTask.Generate };
        if (VideoOrders.Of(request, model.Entry, task, source.Seconds, source.Size).Refused(out var error, out var order)) return error;
        var can = model.Entry.Video!; // the catalogue has no video model without
        if (Untaken(form, request, kind, model.Id, can) is { } untaken) return untaken;
        if ((await media.Picture(form, "input_reference", request.InputReference, cancellation)).Refused(out error, out var first)) return error;
        if ((await media.Picture(form, "last_frame_reference", request.LastFrameReference, cancellation)).Refused(out error, out var last)) return error;
        order = order with
        {
            Picture = Name(first.Content), LastPicture = Name(last.Content), Source = source.Blob ?? Name(source.Content),
            RemixedFrom = kind is VideoRequestKind.Remix or VideoRequestKind.Edit ? source.Job?.Id : null,
        };
        return new Prepared(order, [.. new[] { first.Content, last.Content, source.Content }.OfType<byte[]>()]);

        static string? Name(byte[]? content) => content is null ? null : BlobId.Of(content).ToString();
    }

    private static ApiError? Untaken(VideoForm form, VideoRequest request, VideoRequestKind kind, string model, VideoAbilities can)
    {
        if (form.Files.Keys.FirstOrDefault(name => name is not ("input_reference" or "last_frame_reference") && (name != "video" || kind is VideoRequestKind.Create or VideoRequestKind.Remix)) is { } unknown) return ApiError.Invalid($"Unknown file: '{unknown}'.", unknown, "unknown_parameter");
        if (!can.TakesPicture && (request.InputReference is not null || form.Files.ContainsKey("input_reference"))) return ApiError.Invalid($"The model '{model}' takes no picture.", "input_reference", "invalid_value");
        if (!can.TakesLastPicture && (request.LastFrameReference is not null || form.Files.ContainsKey("last_frame_reference"))) return ApiError.Invalid($"The model '{model}' takes no last picture.", "last_frame_reference", "invalid_value");
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{VideoId} waits for the sweeper, its message was not sent: {Reason}")]
        public static partial void NotDispatched(ILogger logger, string videoId, string reason);

        [LoggerMessage(2, LogLevel.Warning, "{VideoId} was not made, and its pictures could not be deleted: {Reason}")]
        public static partial void BlobsLeft(ILogger logger, string videoId, string reason);
    }
}
