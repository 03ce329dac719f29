using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Videos;

/// <summary>Reads and validates what is asked of the video endpoints, as JSON or as a form that was made into JSON; also what others' servers take besides OpenAI's fields.</summary>
public static partial class VideoRequestReader
{
    private const int LongestPrompt = 32_000, LongestUrl = 20_971_520;

    /// <summary>Fields that no model here can follow: refused by name rather than ignored.</summary>
    private static readonly string[] Unsupported =
        ["characters", "audio_reference", "control_reference", "generate_sound", "enable_frame_interpolation", "lora", "video_reference", "camera_control", "boundary_ratio"];

    /// <param name="body">UTF-8 JSON.</param>
    /// <param name="files">Names of the fields that came as files.</param>
    public static ApiResult<VideoRequest> Read(ReadOnlyMemory<byte> body, VideoRequestKind kind, IReadOnlySet<string> files) => JsonRoot.Read(body, root => Read(root, kind, files));

    private static ApiResult<VideoRequest> Read(JsonElement root, VideoRequestKind kind, IReadOnlySet<string> files)
    {
        var errors = new FirstError();
        if (Merged(root, errors) is { } merged) root = merged;
        var fields = new LooseReader(root, errors);
        var (width, height) = (fields.Integer("width", 1, 16384), fields.Integer("height", 1, 16384));
        var size = fields.Text("size");
        if (size is not null && size != "auto" && !Size().IsMatch(size)) errors.Add(ApiError.Invalid($"Invalid 'size': '{Cut(size)}' is not a width and a height like '1280x720'.", "size", "invalid_value"));
        if (width is null != height is null) errors.Add(ApiError.Invalid("'width' and 'height' must be given together.", width is null ? "width" : "height", "invalid_value"));
        var input = Reference(root, "input_reference", files, errors);
        foreach (var name in (string[])["image_reference", "reference_url"]) // others' names of it
        {
            if (Reference(root, name, files, errors) is not { } other) continue;
            if (input is not null || files.Contains("input_reference")) errors.Add(ApiError.Invalid($"'{name}' and 'input_reference' mean the same picture: give one of them.", name, "invalid_value"));
            input = other;
        }

        var (guidance, trueGuidance) = (fields.Decimal("guidance_scale", 0, 20), fields.Decimal("true_cfg_scale", 0, 20));
        var request = new VideoRequest
        {
            Prompt = fields.Text("prompt", LongestPrompt) ?? "",
            Model = fields.Text("model", 512),
            Seconds = (int?)fields.Integer("seconds", 1, 3600),
            Size = size is "auto" ? null : size ?? (width is not null && height is not null ? $"{width}x{height}" : null),
            NegativePrompt = fields.Text("negative_prompt", LongestPrompt) ?? "",
            Frames = (int?)fields.Integer("num_frames", 1, 100_000),
            Fps = (int?)fields.Integer("fps", 1, 120),
            Steps = (int?)fields.Integer("num_inference_steps", 1, 200),
            Guidance = guidance ?? trueGuidance,
            Guidance2 = fields.Decimal("guidance_scale_2", 0, 20),
            FlowShift = fields.Decimal("flow_shift", 0.01, 100),
            Strength = fields.Decimal("strength", 0, 1),
            Seed = fields.Integer("seed", long.MinValue, long.MaxValue),
            Format = fields.OneOf("output_format", "mp4", "webm", "av1"),
            User = fields.Text("user", 512),
            InputReference = input,
            LastFrameReference = Reference(root, "last_frame_reference", files, errors),
            Video = Video(root, files, errors),
        };
        foreach (var name in Unsupported)
        {
            if (fields.Has(name, out _) || files.Contains(name)) errors.Add(ApiError.Unsupported(name));
        }

        var pictured = request.InputReference is not null || files.Contains("input_reference");
        if (request.Prompt.Length == 0 && !(kind == VideoRequestKind.Create && pictured)) errors.Add(fields.Has("prompt", out _) || root.TryGetProperty("prompt", out _) ? Wrong.EmptyText("prompt") : Wrong.Missing("prompt"));
        if (kind is VideoRequestKind.Edit or VideoRequestKind.Extend && request.Video is null && !files.Contains("video")) errors.Add(Wrong.Missing("video"));
        if (kind == VideoRequestKind.Extend && request.Seconds is null) errors.Add(Wrong.Missing("seconds"));
        if (kind == VideoRequestKind.Extend && (pictured || request.LastFrameReference is not null)) errors.Add(ApiError.Invalid("An extension takes no picture: it begins with the last frame of the video.", "input_reference", "invalid_value"));
        return errors.Found is { } error ? error : request;
    }

    /// <summary>The fields of <c>extra_body</c>, <c>extra_params</c> and <c>nvext</c>, objects or JSON text, beside the others.</summary>
    private static JsonElement? Merged(JsonElement root, FirstError errors)
    {
        System.Text.Json.Nodes.JsonObject? all = null;
        foreach (var name in (string[])["extra_body", "extra_params", "nvext"])
        {
            if (!root.TryGetProperty(name, out var extra) || extra.ValueKind == JsonValueKind.Null) continue;
            if (extra.ValueKind == JsonValueKind.String && Parsed(extra.GetString()!) is { } parsed) extra = parsed; // a JSON string is never null
            if (extra.ValueKind != JsonValueKind.Object)
            {
                errors.Add(Wrong.Type(name, "an object", extra));
                continue;
            }

            all ??= System.Text.Json.Nodes.JsonObject.Create(root)!; // an object by now
            foreach (var field in extra.EnumerateObject()) all[field.Name] = System.Text.Json.Nodes.JsonNode.Parse(field.Value.GetRawText());
        }

        return all is null ? null : JsonSerializer.SerializeToElement(all, Json.WireJson.Wire.JsonObject);
    }

    private static MediaReference? Reference(JsonElement root, string name, IReadOnlySet<string> files, FirstError errors)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (files.Contains(name))
        {
            errors.Add(ApiError.Invalid($"'{name}' was given both as a file and as a field.", name, "invalid_value"));
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            var text = value.GetString()!; // a JSON string is never null
            if (text.Length == 0) return null;
            if (Parsed(text) is { ValueKind: JsonValueKind.Object } inside) value = inside;
            else return Checked(new(text, null));
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add(Wrong.Type(name, "an object", value));
            return null;
        }

        var url = value.TryGetProperty("image_url", out var image) && image.ValueKind == JsonValueKind.Object && image.TryGetProperty("url", out var nested) ? Text(nested) : Text(image);
        var file = value.TryGetProperty("file_id", out var id) ? Text(id) : null;
        if (url is null == file is null)
        {
            errors.Add(ApiError.Invalid($"'{name}' must have exactly one of 'image_url' and 'file_id'.", name, "invalid_value"));
            return null;
        }

        return Checked(new(url, file));

        MediaReference Checked(MediaReference reference)
        {
            if (reference.FileId is not null) errors.Add(ApiError.Invalid($"'{name}.file_id' is not supported yet: send the picture itself, or its URL.", $"{name}.file_id", "unsupported_parameter"));
            else if (reference.Url!.Length > LongestUrl) errors.Add(Wrong.TooLong($"{name}.image_url", LongestUrl, reference.Url.Length)); // one of both is there
            return reference;
        }

        static string? Text(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }

    private static string? Video(JsonElement root, IReadOnlySet<string> files, FirstError errors)
    {
        if (!root.TryGetProperty("video", out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (files.Contains("video")) errors.Add(ApiError.Invalid("'video' was given both as a file and as a field.", "video", "invalid_value"));
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("id", out var id)) value = id;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 128 } text) return text;
        errors.Add(ApiError.Invalid("'video' must be a file or an object with the 'id' of a video.", "video", "invalid_type"));
        return null;
    }

    private static JsonElement? Parsed(string text)
    {
        if (text.Length == 0 || text.AsSpan().TrimStart() is not ['{', ..]) return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Cut(string text) => text.Length <= 64 ? text : $"{text[..64]}…";

    [GeneratedRegex(@"\A[1-9][0-9]{0,4}x[1-9][0-9]{0,4}\z")]
    private static partial Regex Size();
}

public enum VideoRequestKind { Create, Edit, Extend, Remix }
