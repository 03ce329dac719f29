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
