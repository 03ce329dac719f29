using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Catalog.Operators;

/// <summary>Writes the operator's file. A change that would break the catalogue is refused and leaves the file alone.</summary>
public sealed class OperatorFile(CatalogOptions options)
{
    private readonly CatalogOptions options = options.Resolve();

    /// <summary>Adds a model, or replaces the one of the same id.</summary>
    /// <exception cref="CatalogException">The catalogue would be broken.</exception>
    public void Add(CatalogModel model) => Change(root =>
    {
        if (root["models"] is not JsonArray models)
        {
            root["models"] = models = [];
        }

        var node = JsonSerializer.SerializeToNode(model, CatalogFile.Json);
        for (var i = 0; i < models.Count; i++)
        {
            if (models[i] is JsonObject known && (string?)known["id"] == model.Id)
            {
                models[i] = node;
                return;
            }
        }

        models.Add(node);
    });

    /// <summary>Whether the model is the operator's own.</summary>
    public bool Has(string id) => options.OperatorFile.Length > 0 && (Read()["models"] as JsonArray)?.Any(node => node is JsonObject known && (string?)known["id"] == id) == true;

    /// <summary>Takes a model away, with the names that lead to it and, where it was pulled, its files.</summary>
    /// <returns>Bytes freed on the disk.</returns>
    /// <exception cref="CatalogException">The operator's file has no such model, or the catalogue would be broken.</exception>
    public long Remove(string id)
    {
        // read without its rules, so that a model whose file has gone can be taken away
        var entry = (Read()["models"] as JsonArray)?.FirstOrDefault(node => node is JsonObject known && (string?)known["id"] == id);
        var model = entry?.Deserialize<CatalogModel>(CatalogFile.Json) ?? throw new CatalogException(CatalogFile.Read(options.File).Models.Any(bundled => bundled.Id == id)
            ? $"{id} comes with the product and can't be removed."
            : $"There is no model {id} to remove.");
        Change(root =>
        {
            if (root["models"] is JsonArray models) models.RemoveAll(node => node is JsonObject known && (string?)known["id"] == id);
            if (root["aliases"] is not JsonObject aliases) return;
            foreach (var alias in aliases.Where(alias => (string?)alias.Value == id).Select(alias => alias.Key).ToList()) aliases.Remove(alias);
        });
        var stillUsed = Listing.Read(options).Models.SelectMany(other => other.Files).Select(file => file.Path).ToHashSet();
        return model.Files.Where(file => IsPulled(file) && !stillUsed.Contains(file.Path)).Sum(Delete);
    }

    /// <summary>Whether a file lies where pulls put theirs; what an operator has added from elsewhere stays.</summary>
    private bool IsPulled(ModelFile file) => options.ModelsFolder.Length > 0 && file.Path.StartsWith(options.ModelsFolder + "/", StringComparison.Ordinal);

    private long Delete(ModelFile file)
    {
        var found = new FileInfo(file.Path);
        var bytes = found.Exists ? found.Length : 0;
        found.Delete();
        for (var folder = found.Directory; folder is { Exists: true } && folder.FullName != options.ModelsFolder && !folder.EnumerateFileSystemInfos().Any(); folder = folder.Parent) folder.Delete();
        return bytes;
    }

    /// <summary>Lets another name lead to a model; null takes the name away.</summary>
    /// <exception cref="CatalogException">There is no such model, or the name can't be an alias.</exception>
    public void SetAlias(string name, string? modelId) => Change(root =>
    {
        if (root["aliases"] is not JsonObject aliases)
        {
            root["aliases"] = aliases = [];
        }

        if (modelId is null)
        {
            aliases.Remove(name);
        }
        else
        {
            aliases[name] = modelId;
        }
    });

    private void Change(Action<JsonObject> change)
    {
        if (options.OperatorFile.Length == 0)
        {
            throw new CatalogException($"There is no operator's file to write: set {CatalogOptions.Section}:OperatorFile.");
        }

        var root = Read();
        change(root);
        var text = root.ToJsonString(CatalogFile.Json) + "\n";
        Listing.Join(CatalogFile.Read(options.File), CatalogFile.Parse(text, options.OperatorFile));
        AtomicFile.Write(options.OperatorFile, text);
    }

    private JsonObject Read()
    {
        try
        {
            return File.Exists(options.OperatorFile)
                ? JsonNode.Parse(File.ReadAllText(options.OperatorFile), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })?.AsObject() ?? []
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CatalogException($"{options.OperatorFile}: {e.Message}", e);
        }
    }
}
