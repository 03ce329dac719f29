using System.CommandLine;
using Platform.Catalog;
using Platform.Catalog.Operators;
using Platform.Cli.Terminal;

namespace Platform.Cli.Models;

internal static class RemoveCommand
{
    public static Command Create(House house, CatalogOptions options)
    {
        var id = new Argument<string>("model") { Description = "Its id." };
        var command = new Command("remove", "Stop serving a model. The files of a pulled one are deleted, those of an added one stay where they are.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            var model = parsed.GetRequiredValue(id);
            var freed = new OperatorFile(options).Remove(model);
            await Serving.Noticed(house, model, served: new ModelCatalog(options).Find(model) is not null, cancellation);
            Screen.Done($"{model} is removed{(freed > 0 ? $", {ByteSize.Of(freed)} are free again" : "")}.");
            return 0;
        });
        return command;
    }
}
