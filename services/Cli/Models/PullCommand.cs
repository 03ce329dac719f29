using System.CommandLine;
using Platform.Catalog;
using Platform.Catalog.Hub;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Models;

internal static class PullCommand
{
    public static Command Create(House house, CatalogOptions options)
    {
        var reference = new Argument<string>("repository") { Description = "owner/name, with :file or :quantisation behind it to choose, e.g. Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q4_K_M." };
        var id = new Option<string?>("--id") { Description = "Its name in the API; from the file's name when left out." };
        var revision = new Option<string?>("--revision") { Description = "Branch, tag or commit; main when left out." };
        var command = new Command("pull", """
            Fetch a model from a hub and serve it.

            Without a file the most suitable quantisation is chosen: 8 bits for small models, else Q4_K_M, else what the memory holds.
            A pull that was broken off goes on where it stopped. HF_ENDPOINT names another hub than huggingface.co, HF_TOKEN opens gated and private repositories.
            """) { reference, id, revision };
        command.SetAction(async (parsed, cancellation) =>
        {
            var pull = new ModelPull(PullRequest.Parse(parsed.GetRequiredValue(reference), parsed.GetValue(revision), parsed.GetValue(id)), options, new HubOptions());
            var model = await PullScreen.Show(pull, pull.Run(cancellation));
            await Serving.Noticed(house, model.Id, served: true, cancellation);
            Screen.Done($"{model.Id} is in the catalogue: {model.Family}, {model.ContextLength} tokens of context{(model.License.Length > 0 ? $", licence {model.License}" : "")}.");
            Screen.Out.MarkupLine($"  [dim]./platform chat {model.Id.EscapeMarkup()}   ./platform models show {model.Id.EscapeMarkup()}[/]");
            return 0;
        });
        return command;
    }
}
