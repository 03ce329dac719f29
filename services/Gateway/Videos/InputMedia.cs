using Platform.Gateway.Fetching;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Videos;
using Platform.Video.Clips;
using Platform.Video.Imaging;

namespace Platform.Gateway.Videos;

/// <summary>Pictures and clips that a request brings: fetched where they are named by a URL, and looked at before anything is accepted.</summary>
internal sealed class InputMedia(Fetcher fetcher)
{
    private const int MostPictureBytes = 20 * 1024 * 1024;

    /// <summary>Null where there is none.</summary>
    private sealed record Found(byte[] Content);

    public async Task<ApiResult<Picture>> Picture(VideoForm form, string name, MediaReference? reference, CancellationToken cancellation)
    {
        if ((await Bytes(form, name, reference, cancellation)).Refused(out var error, out var found)) return error;
        if (found.Content.Length == 0) return new Picture(null);
        try
        {
            RgbImage.Decode(found.Content);
            return new Picture(found.Content);
        }
        catch (InvalidDataException e)
        {
            return ApiError.Invalid($"Invalid '{name}': {e.Message}", name, "invalid_image");
        }
    }

    /// <summary>A clip that came as a file.</summary>
    public static async Task<ApiResult<Clip>> Clip(byte[] file, CancellationToken cancellation)
    {
        if (Ffmpeg.Find() is not { } ffmpeg) return new ApiError(501, $"This platform can't read clips: {Ffmpeg.Advice}.", "server_error", "video", "not_implemented");
        try
        {
            return new Clip(file, await ClipReader.Examine(ffmpeg, file, cancellation));
        }
        catch (InvalidDataException e)
        {
            return ApiError.Invalid($"Invalid 'video': {e.Message}", "video", "invalid_video");
        }
    }

    private async Task<ApiResult<Found>> Bytes(VideoForm form, string name, MediaReference? reference, CancellationToken cancellation)
    {
        if (form.Files.TryGetValue(name, out var file))
        {
            return file.Length == 0 ? ApiError.Invalid($"Invalid '{name}': the file is empty.", name, "invalid_image")
                : file.Length > MostPictureBytes ? ApiError.Invalid($"Invalid '{name}': the file has {file.Length} bytes; at most {MostPictureBytes} are read.", name, "invalid_image")
                : new Found(file);
        }

        if (reference?.Url is not { } url) return new Found([]);
        if (url.StartsWith("data:", StringComparison.OrdinalIgnoreCase)) return DataUrl(url, name);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)) return ApiError.Invalid($"Invalid '{name}': it is neither a data: URL nor an http one.", name, "invalid_image_url");
        try
        {
            return new Found(await fetcher.Fetch(address, MostPictureBytes, cancellation));
        }
        catch (FetchException e)
        {
            return ApiError.Invalid($"Invalid '{name}': the picture could not be fetched: {e.Message}.", name, "invalid_image_url");
        }
    }

    private static ApiResult<Found> DataUrl(string url, string name)
    {
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !url.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase)) return ApiError.Invalid($"Invalid '{name}': a data: URL must be base64.", name, "invalid_image_url");
        var content = new byte[(url.Length - comma) * 3 / 4 + 3];
        return Convert.TryFromBase64Chars(url.AsSpan(comma + 1), content, out var length) && length > 0
            ? new Found(content[..length])
            : ApiError.Invalid($"Invalid '{name}': the data: URL is not valid base64.", name, "invalid_image_url");
    }
}

/// <param name="Content">PNG, JPEG or WebP; null where there is none.</param>
internal sealed record Picture(byte[]? Content);

internal sealed record Clip(byte[] Content, ClipFacts Facts);
