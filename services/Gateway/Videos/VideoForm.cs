using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Platform.Gateway.Requests;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Videos;

/// <summary>A request as it came, JSON or multipart form, brought into one shape: JSON fields and files by their names.</summary>
internal sealed record VideoForm(ReadOnlyMemory<byte> Json, IReadOnlyDictionary<string, byte[]> Files)
{
    private const long MostBytes = 128 * 1024 * 1024;
    private const int MostFields = 200, LongestField = 32 * 1024 * 1024, DeepestName = 4;

    public IReadOnlySet<string> FileNames { get; } = Files.Keys.ToHashSet();

    /// <summary>Hash of everything that was asked, however it was written.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Json.Span);
        foreach (var (name, content) in Files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{name} {content.Length}\n"));
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static async Task<ApiResult<VideoForm>> Read(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MostBytes;
        if (!http.Request.HasFormContentType) return new VideoForm(await RequestBody.Read(http), new Dictionary<string, byte[]>());
        if (!(http.Request.ContentType ?? "").StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase)) return ApiError.Refused(415, "The body must be JSON or multipart/form-data.", "unsupported_media_type");
        IFormCollection form;
        try
        {
            form = await http.Request.ReadFormAsync(new FormOptions { ValueCountLimit = MostFields, ValueLengthLimit = LongestField, MultipartBodyLengthLimit = MostBytes, MemoryBufferThreshold = 1 << 20 }, http.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return ApiError.Invalid($"The body of your request is not a valid multipart form: {e.Message}");
        }

        var root = new JsonObject();
        foreach (var (name, values) in form)
        {
            if (values.Count != 1) return ApiError.Invalid($"The field '{Cut(name)}' is there {values.Count} times.", Cut(name), "invalid_value");
            if (!Put(root, name, values[0] ?? "")) return ApiError.Invalid($"The field name '{Cut(name)}' can't be read: nest like input_reference[image_url].", Cut(name), "invalid_value");
        }

        var files = new Dictionary<string, byte[]>();
        foreach (var file in form.Files)
        {
            var content = new byte[file.Length];
            await using var stream = file.OpenReadStream();
            await stream.ReadExactlyAsync(content, http.RequestAborted);
            if (!files.TryAdd(file.Name, content)) return ApiError.Invalid($"The file '{Cut(file.Name)}' is there twice.", Cut(file.Name), "invalid_value");
        }

        return new VideoForm(JsonSerializer.SerializeToUtf8Bytes(root, OpenAi.Json.WireJson.Wire.JsonObject), files);
    }

    /// <summary><c>a[b][c]</c> becomes <c>{"a":{"b":{"c":…}}}</c>.</summary>
    private static bool Put(JsonObject root, string name, string value)
    {
        var parts = name.Split('[');
        if (parts.Length > DeepestName || parts[0].Length == 0 || parts.Skip(1).Any(part => part.Length < 2 || part[^1] != ']')) return false;
        var at = root;
        for (var i = 0; i < parts.Length; i++)
        {
            var key = i == 0 ? parts[0] : parts[i][..^1];
            if (i == parts.Length - 1)
            {
                if (at.ContainsKey(key)) return false;
                at[key] = value;
            }
            else if (at[key] is JsonObject inside)
            {
                at = inside;
            }
            else
            {
                if (at.ContainsKey(key)) return false;
                at[key] = inside = [];
                at = inside;
            }
        }

        return true;
    }

    private static string Cut(string text) => text.Length <= 64 ? text : $"{text[..64]}…";
}
