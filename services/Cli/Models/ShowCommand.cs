using System.CommandLine;
using System.Globalization;
using Platform.Catalog;
using Platform.Cli.Terminal;
using Platform.Templates;
using Platform.Templates.Output;
using Spectre.Console;

namespace Platform.Cli.Models;

internal static class ShowCommand
{
    public static Command Create(CatalogOptions options)
    {
        var name = new Argument<string>("model") { Description = "Its id, or a name that leads to it." };
        var template = new Option<bool>("--template") { Description = "Print the chat template alone." };
        var command = new Command("show", "Show what a model is, what it can do and what it costs.") { name, template };
        command.SetAction(parsed =>
        {
            var catalog = new ModelCatalog(options);
            var model = catalog.Find(parsed.GetRequiredValue(name)) ?? throw new CliException($"There is no model {parsed.GetRequiredValue(name)}: see ./platform models list.");
            var details = ModelDetails.Read(catalog, model);
            if (parsed.GetValue(template))
            {
                Screen.Raw(details.Template ?? throw new CliException($"{model.Id} has no chat template."));
                return 0;
            }

            Screen.Out.MarkupLine($"[bold]{model.Id.EscapeMarkup()}[/]{(details.Name is { } own ? $" [dim]{own.EscapeMarkup()}[/]" : "")}");
            foreach (var (title, value) in Fields(catalog, model, details))
            {
                if (value.Length > 0) Screen.Field(title, value);
            }

            if (details.Problem is { } problem) Screen.Warn(problem);
            return 0;
        });
        return command;
    }

    private static IEnumerable<(string Name, string Value)> Fields(ModelCatalog catalog, CatalogModel model, ModelDetails details)
    {
        yield return ("aliases", string.Join(", ", model.Aliases));
        yield return ("family", Joined(details.Family, details.Architecture.Length > 0 && details.Architecture != details.Family ? $"architecture {details.Architecture}" : "", details.Parameters is { } size ? $"{size} parameters" : "", details.Layers is { } layers ? $"{layers} layers" : ""));
        yield return ("size", Joined(details.Bytes is { } bytes ? ByteSize.Of(bytes) : "file missing", details.Quantization ?? ""));
        yield return ("context", Joined($"{Number(model.ContextLength)} tokens", details.TrainedContext is { } trained && trained != model.ContextLength ? $"trained with {Number(trained)}" : ""));
        foreach (var ability in Abilities(model, details)) yield return ability;
        yield return ("licence", model.License);
        yield return ("made by", model.Owner);
        yield return ("source", model.Source);
        yield return ("prices", model.Prices == new Prices() ? "none" : FormattableString.Invariant($"{model.Prices.Input} input, {model.Prices.CachedInput} cached input, {model.Prices.Output} output per million tokens"));
        yield return ("worker", Joined(model.Engine, $"{model.Slots} slots", model.Threads is { } threads ? $"{threads} threads" : ""));
        yield return ("memory", details.Memory is { } memory ? $"{ByteSize.Of(memory.Total)} while loaded: weights {ByteSize.Of(memory.Weights)}, {model.CacheType} cache {ByteSize.Of(memory.Cache)}, idle conversations {ByteSize.Of(memory.Host)}, buffers {ByteSize.Of(memory.Buffers)}" : "");
        yield return ("template", details.Template is { } template ? Joined(model.Template is null ? "the model's own" : model.Template, $"{template.Split('\n').Length} lines (--template prints it)") : "");
        foreach (var file in model.Files) yield return ("file", catalog.PathOf(model, file));
    }

    private static IEnumerable<(string Name, string Value)> Abilities(CatalogModel model, ModelDetails details)
    {
        if (model.Embedding is { Pooling: VectorPooling.Rank }) yield return ("can do", "ranking");
        else if (model.Embedding is { } embedding) yield return ("can do", Joined("embeddings", $"{embedding.Dimensions} dimensions{(embedding.Shortens ? " or fewer" : "")}"));
        if (model.Video is { } video) yield return ("can do", Joined("videos", string.Join(" or ", video.Sizes), $"{string.Join(" or ", video.Seconds)} s"));
        if (model.Kind != ModelKind.Chat) yield break;

        var (traits, problem) = Traits(details.Template);
        yield return ("can do", Joined("chat", "tools", "JSON schemas", traits is { Thinks: true } ? "thinking" : ""));
        if (problem is not null) yield return ("template", $"can't be used: {problem}");
        if (traits is null) yield break;
        yield return ("tools", $"calls as {traits.Format.Name}, {(traits.Format.TellsTools ? "told by its template" : "told in the conversation")}");
        yield return ("thinking", traits.Thinks ? traits.ThinkingSwitch is { } name ? $"switched by {name}" : "always" : "");
    }

    private static (TemplateTraits? Traits, string? Problem) Traits(string? template)
    {
        try
        {
            return (template is null ? null : TemplateTraits.Of(template, ChatTemplate.Parse(template)), null);
        }
        catch (TemplateException e)
        {
            return (null, e.Message);
        }
    }

    private static string Joined(params string[] parts) => string.Join(", ", parts.Where(part => part.Length > 0));

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
