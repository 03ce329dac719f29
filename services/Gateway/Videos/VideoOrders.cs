using System.Globalization;
using System.Security.Cryptography;
using Platform.Catalog;
using Platform.Contracts.Videos;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Videos;

namespace Platform.Gateway.Videos;

/// <summary>Makes an order of what was asked and what the model can make; names what it can where it can't.</summary>
internal static class VideoOrders
{
    /// <param name="task">What is done with the source.</param>
    /// <param name="source">Length of the source in seconds; 0 where there is none.</param>
    /// <param name="size">Size to keep where none is asked for: the source's.</param>
    public static ApiResult<VideoOrder> Of(VideoRequest request, CatalogModel model, VideoTask task, double source, string? size)
    {
        var can = model.Video!; // the catalogue has no video model without
        size = request.Size ?? (size is not null && can.Sizes.Contains(size) ? size : can.Sizes[0]);
        if (!can.Sizes.Contains(size)) return ApiError.Invalid($"Invalid value: '{size}'. The model '{model.Id}' makes {List(can.Sizes)}.", "size", "invalid_value");
        var fps = request.Fps ?? can.Fps;
        if (Frames(request, model, task, source, fps).Refused(out var error, out var length)) return error;
        if (request.Steps > can.MaxSteps) return ApiError.Invalid($"Invalid 'num_inference_steps': the model '{model.Id}' takes 1 to {can.MaxSteps}.", "num_inference_steps", "invalid_value");
        var frames = length.Frames;
        if (task == VideoTask.Extend && !can.TakesPicture) return ApiError.Invalid($"The model '{model.Id}' can't continue a video: it takes no picture.", "model", "invalid_value");
        if (frames > can.SegmentFrames && !can.TakesPicture) return TooLong(model, request.Frames is null ? "seconds" : "num_frames", can.SegmentFrames);
        var sides = size.Split('x');
        return new VideoOrder
        {
            Prompt = request.Prompt,
            NegativePrompt = request.NegativePrompt,
            Width = int.Parse(sides[0], CultureInfo.InvariantCulture),
            Height = int.Parse(sides[1], CultureInfo.InvariantCulture),
            Frames = frames,
            SegmentFrames = can.SegmentFrames,
            Fps = fps,
            Steps = request.Steps ?? can.Steps,
            Guidance = (float)(request.Guidance ?? can.GuidanceScale),
            Guidance2 = (float?)request.Guidance2,
            FlowShift = request.FlowShift,
            Seed = request.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            Format = request.Format switch { "webm" => VideoFormat.Webm, "av1" => VideoFormat.Av1, _ => VideoFormat.Mp4 },
            Task = task,
            Strength = request.Strength ?? 0.8,
            Seconds = length.Seconds,
        };
    }

    private sealed record Length(int Frames, string Seconds);

    private static ApiResult<Length> Frames(VideoRequest request, CatalogModel model, VideoTask task, double source, int fps)
    {
        var can = model.Video!; // as above
        if (request.Frames is { } asked)
        {
            // as the Wan pipelines do: down to the next length there is
            var frames = (asked - 1) / can.FrameStep * can.FrameStep + 1;
            return frames > can.MaxFrames ? TooLong(model, "num_frames", can.MaxFrames) : Of(frames);
        }

        if (task == VideoTask.Edit)
        {
            var frames = Math.Max(1, ((int)Math.Round(source * fps) - 1) / can.FrameStep * can.FrameStep + 1);
            return frames > can.MaxFrames ? TooLong(model, "video", can.MaxFrames) : Of(frames);
        }

        var seconds = request.Seconds ?? can.Seconds[0];
        if (!can.Seconds.Contains(seconds))
        {
            return ApiError.Invalid($"Invalid value: '{seconds}'. The model '{model.Id}' makes {List(can.Seconds.Select(one => one.ToString(CultureInfo.InvariantCulture)))} seconds.", "seconds", "invalid_value");
        }

        var step = can.FrameStep;
        if (task == VideoTask.Extend) return new Length(seconds * fps / step * step, Text(source + seconds));
        var whole = seconds * fps / step * step + 1;
        return whole > can.MaxFrames ? TooLong(model, "fps", can.MaxFrames) : new Length(whole, Text(seconds));

        Length Of(int frames) => new(frames, Text(Math.Max(1, (frames - 1) / fps)));
    }

    private static ApiError TooLong(CatalogModel model, string param, int most) =>
        ApiError.Invalid($"Invalid '{param}': the model '{model.Id}' makes at most {most} frames.", param, "invalid_value");

    private static string Text(double seconds) => ((int)Math.Round(seconds)).ToString(CultureInfo.InvariantCulture);

    private static string List(IEnumerable<string> values) => string.Join(", ", values.Select(value => $"'{value}'"));
}
