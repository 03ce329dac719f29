using System.CommandLine;
using System.Globalization;
using Platform.Catalog;
using Platform.Catalog.Gguf;
using Platform.Catalog.Operators;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Models;

/// <summary>Reads and writes the catalogue itself; a running platform notices.</summary>
internal static class ModelsCommand
{
    public static Command Create(House house)
    {
        var options = new CatalogOptions { File = house.CatalogFile, OperatorFile = house.OperatorFile };
        return new Command("models", "Show and change which models are served.")
        {
            List(options), ShowCommand.Create(options), PullCommand.Create(house, options), Add(house, options), Alias(house, options), RemoveCommand.Create(house, options),
        };
    }

    private static Command List(CatalogOptions options)
    {
        var command = new Command("list", "Show the models and the names that lead to them.");
        command.SetAction(_ =>
        {
            var catalog = new ModelCatalog(options);
            var table = Screen.Table("MODEL", "ALIASES", "KIND", "ENGINE", "CONTEXT", "SIZE", "LICENCE");
            foreach (var model in catalog.Models)
            {
                var missing = model.Files.Any(file => !File.Exists(catalog.PathOf(model, file)));
                var size = missing ? "file missing" : ByteSize.Of(model.Files.Sum(file => new FileInfo(catalog.PathOf(model, file)).Length));
                string[] cells = [model.Id, string.Join(", ", model.Aliases), model.Kind.ToString().ToLowerInvariant(), model.Engine, model.ContextLength.ToString(CultureInfo.InvariantCulture), size, model.License];
                table.AddRow(cells.Select(cell => new Text(cell)));
            }

            Screen.Out.Write(table);
            return 0;
        });
        return command;
    }

    private static Command Add(House house, CatalogOptions options)
    {
        var file = new Argument<FileInfo>("gguf") { Description = "A chat or embedding model in GGUF form; of a split one the first part." };
        var id = new Option<string?>("--id") { Description = "Its name in the API; from the file's name when left out." };
        var command = new Command("add", "Serve another model. The file stays where it is.") { file, id };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetValue(file)!.FullName;
            if (!File.Exists(path)) throw new CliException($"There is no file {path}.");
            var steps = new TerminalSteps();
            var model = await steps.Step($"Reading {Path.GetFileName(path)}", () => GgufModel.DescribeAsync(path, parsed.GetValue(id), cancellation));
            Directory.CreateDirectory(Path.GetDirectoryName(options.OperatorFile)!);
            new OperatorFile(options).Add(model);
            await Serving.Noticed(house, model.Id, served: true, cancellation);
            Screen.Done($"{model.Id} is in the catalogue ({options.OperatorFile}): {model.Family}, {model.ContextLength} tokens of context.");
            return 0;
        });
        return command;
    }

    private static Command Alias(House house, CatalogOptions options)
    {
        var name = new Argument<string>("name") { Description = "What applications ask for, e.g. gpt-4o-mini." };
        var model = new Argument<string?>("model") { Description = "The model that answers; left out with --remove.", Arity = ArgumentArity.ZeroOrOne };
        var remove = new Option<bool>("--remove") { Description = "Take the name away." };
        var command = new Command("alias", "Let another name lead to a model, so that an application runs unchanged.") { name, model, remove };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (alias, target) = (parsed.GetRequiredValue(name), parsed.GetValue(model));
            if (target is null != parsed.GetValue(remove)) throw new CliException("Name the model the alias leads to, or --remove it.");
            Directory.CreateDirectory(Path.GetDirectoryName(options.OperatorFile)!);
            new OperatorFile(options).SetAlias(alias, target);
            await Serving.Noticed(house, alias, served: target is not null, cancellation);
            Screen.Done(target is null ? $"{alias} leads nowhere now." : $"{alias} leads to {target} now.");
            return 0;
        });
        return command;
    }
}
