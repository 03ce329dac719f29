using System.Collections.Frozen;

namespace Platform.Catalog;

/// <summary>The models of both files together. An operator's model replaces the bundled one of the same id; an operator's alias wins over a bundled one.</summary>
internal sealed record Listing(IReadOnlyList<CatalogModel> Models, FrozenDictionary<string, CatalogModel> ByName)
{
    /// <param name="options">Resolved.</param>
    public static Listing Read(CatalogOptions options)
    {
        if (!File.Exists(options.File))
        {
            throw new CatalogException($"{options.File} is not there ({CatalogOptions.Section}:File).");
        }

        return Join(CatalogFile.Read(options.File), File.Exists(options.OperatorFile) ? CatalogFile.Read(options.OperatorFile) : null);
    }

    public static Listing Join(CatalogFile bundled, CatalogFile? own)
    {
        var models = bundled.Models.ToDictionary(model => model.Id);
        foreach (var model in own?.Models ?? [])
        {
            models[model.Id] = model;
        }

        var aliases = new Dictionary<string, string>();
        Collect(bundled, models, aliases);
        if (own is not null)
        {
            Collect(own, models, aliases);
        }

        var listed = models.Values.OrderBy(model => model.Id, StringComparer.Ordinal)
            .Select(model => model with { Aliases = [.. aliases.Where(alias => alias.Value == model.Id).Select(alias => alias.Key).Order(StringComparer.Ordinal)] })
            .ToList();
        return new Listing(listed, listed.SelectMany(model => model.Aliases.Prepend(model.Id).Select(name => (name, model))).ToFrozenDictionary(entry => entry.name, entry => entry.model));
    }

    private static void Collect(CatalogFile file, Dictionary<string, CatalogModel> models, Dictionary<string, string> aliases)
    {
        var here = new HashSet<string>();
        foreach (var (alias, id) in file.Models.SelectMany(model => model.Aliases.Select(alias => (alias, model.Id))).Concat(file.Aliases.Select(pair => (pair.Key, pair.Value))))
        {
            var problem = !ModelRules.IsName(alias) ? "is not a name"
                : models.ContainsKey(alias) ? "is the id of a model"
                : !models.ContainsKey(id) ? $"leads to {id}, which is no model"
                : !here.Add(alias) ? "is there more than once"
                : null;
            if (problem is not null)
            {
                throw new CatalogException($"{file.Path}: model {id}: aliases: \"{alias}\" {problem}.");
            }

            aliases[alias] = id;
        }
    }
}
