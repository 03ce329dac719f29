using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Catalog;

/// <summary>One catalogue file as read: its models with absolute paths, each valid by itself, and its aliases.</summary>
internal sealed record CatalogFile(string Path, IReadOnlyList<CatalogModel> Models, IReadOnlyDictionary<string, string> Aliases)
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    private sealed record Document(IReadOnlyList<JsonElement>? Models = null, Dictionary<string, string>? Aliases = null);

    public static CatalogFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CatalogException($"{path}: {e.Message}", e);
        }
    }

    /// <param name="path">Names the file in errors; relative paths start at its folder.</param>
    public static CatalogFile Parse(string json, string path)
    {
        Document document;
        try
        {
            document = JsonSerializer.Deserialize<Document>(json, Json) ?? throw new CatalogException($"{path}: an object with models is expected, not null.");
        }
        catch (JsonException e)
        {
            throw new CatalogException($"{path}: {Field(e)}{e.Message}", e);
        }

        var folder = System.IO.Path.GetDirectoryName(path) ?? "/";
        var models = (document.Models ?? []).Select((element, index) => Model(element, index, path, folder)).ToList();
        if (models.GroupBy(model => model.Id).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new CatalogException($"{path}: model {twice.Key}: id: is there {twice.Count()} times.");
        }

        return new CatalogFile(path, models, document.Aliases ?? []);
    }

    private static CatalogModel Model(JsonElement element, int index, string path, string folder)
    {
        var named = element.ValueKind == JsonValueKind.Object && element.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String;
        var where = $"{path}: model {(named ? element.GetProperty("id").GetString() : $"number {index + 1}")}";
        CatalogModel model;
        try
        {
            model = element.Deserialize<CatalogModel>(Json) ?? throw new CatalogException($"{where}: an object is expected, not null.");
        }
        catch (JsonException e)
        {
            throw new CatalogException($"{where}: {Field(e)}{e.Message}", e);
        }

        model = model with
        {
            Files = [.. model.Files.Select(file => file with { Path = System.IO.Path.GetFullPath(file.Path, folder) })],
            Adapter = model.Adapter is { } adapter ? adapter with { Path = System.IO.Path.GetFullPath(adapter.Path, folder) } : null,
            Speculation = model.Speculation is { Draft: { } draft } speculation ? speculation with { Draft = draft with { Path = System.IO.Path.GetFullPath(draft.Path, folder) } } : model.Speculation,
            Template = model.Template is { Length: > 0 } template ? System.IO.Path.GetFullPath(template, folder) : null,
        };
        return ModelRules.Broken(model) is { } problem ? throw new CatalogException($"{where}: {problem}") : model;
    }

    private static string Field(JsonException e) => e.Path is { Length: > 2 } path ? $"{path[2..]}: " : "";
}
