using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.Catalog.Hub;

/// <summary>A repository of the hub at one commit.</summary>
/// <param name="Commit">What the revision that was asked for stands for; downloads name it, so that all parts are of one state.</param>
internal sealed partial record HubRepository(string Name, string Commit, string License, DateTimeOffset? Created, IReadOnlyList<HubFile> Files)
{
    public string Owner => Name.Contains('/', StringComparison.Ordinal) ? Name[..Name.IndexOf('/', StringComparison.Ordinal)] : Name;

    public static bool IsName(string name) => NamePattern().IsMatch(name) && !name.Contains("..", StringComparison.Ordinal);

    /// <param name="json">Answer of <c>/api/models/{repo}/revision/{revision}?blobs=true</c>.</param>
    /// <exception cref="JsonException">It is something else.</exception>
    public static HubRepository Parse(string name, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var created = root.TryGetProperty("createdAt", out var at) && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var time) ? time : (DateTimeOffset?)null;
            return new HubRepository(name, root.GetProperty("sha").GetString()!, LicenseOf(root), created, [.. root.GetProperty("siblings").EnumerateArray().Select(File)]);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static HubFile File(JsonElement sibling)
    {
        var path = sibling.GetProperty("rfilename").GetString()!;
        var size = sibling.TryGetProperty("size", out var bytes) && bytes.ValueKind == JsonValueKind.Number ? bytes.GetInt64() : -1;
        return sibling.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object
            ? new HubFile(path, lfs.GetProperty("size").GetInt64(), lfs.GetProperty("sha256").GetString())
            : new HubFile(path, size, null);
    }

    private static string LicenseOf(JsonElement root)
    {
        if (root.TryGetProperty("cardData", out var card) && card.ValueKind == JsonValueKind.Object && card.TryGetProperty("license", out var license) && license.ValueKind == JsonValueKind.String)
        {
            var named = license.GetString()!;
            return named == "other" && card.TryGetProperty("license_name", out var other) && other.ValueKind == JsonValueKind.String ? other.GetString()! : named;
        }

        return root.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
            ? tags.EnumerateArray().Select(tag => tag.ValueKind == JsonValueKind.String ? tag.GetString()! : "").FirstOrDefault(tag => tag.StartsWith("license:", StringComparison.Ordinal))?[8..] ?? ""
            : "";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,95}(?:/[A-Za-z0-9._-]{1,96})?\z")]
    private static partial Regex NamePattern();
}

/// <param name="Path">In the repository.</param>
/// <param name="Bytes">−1: not told.</param>
/// <param name="Sha256">What the hub's LFS metadata says; null for files that are not in LFS.</param>
internal sealed record HubFile(string Path, long Bytes, string? Sha256);
