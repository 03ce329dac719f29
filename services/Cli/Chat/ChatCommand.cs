using System.CommandLine;
using Platform.Catalog;
using Platform.Cli.Api;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Chat;

internal static class ChatCommand
{
    public static Command Create(House house, Signals signals)
    {
        var model = new Argument<string?>("model") { Description = "A model or an alias; the first chat model when left out.", Arity = ArgumentArity.ZeroOrOne };
        var system = new Option<string?>("--system") { Description = "Instructions that stand before the conversation." };
        var temperature = new Option<double>("--temperature") { Description = "0 always draws the likeliest token; small models ramble above 0.7.", DefaultValueFactory = _ => 0.5 };
        var command = new Command("chat", "Talk to a model. Text on standard input is answered once.") { model, system, temperature };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = PlatformApi.AsApplication(house);
            var name = parsed.GetValue(model) ?? FirstModel(house);
            var conversation = new Conversation(api, name, parsed.GetValue(system), parsed.GetValue(temperature));
            if (Console.IsInputRedirected)
            {
                await conversation.Ask((await Console.In.ReadToEndAsync(cancellation)).Trim(), cancellation);
                return 0;
            }

            try
            {
                await Talk(conversation, name, signals, cancellation);
            }
            finally
            {
                Screen.Raw("");
            }

            return 0;
        });
        return command;
    }

    private static async Task Talk(Conversation conversation, string model, Signals signals, CancellationToken cancellation)
    {
        Screen.Out.MarkupLine($"[bold]{model.EscapeMarkup()}[/]  [dim]/new starts over · Ctrl-C stops an answer · Ctrl-D leaves[/]");
        while (true)
        {
            Screen.Out.Markup("\n[teal]›[/] ");
            // a read from the terminal can't be cancelled, so it is left behind
            var line = await Task.Run(Console.ReadLine, CancellationToken.None).WaitAsync(cancellation);
            switch (line?.Trim())
            {
                case null or "/exit" or "/quit":
                    return;
                case "":
                    continue;
                case "/new":
                    conversation.Forget();
                    continue;
                case var message:
                    try
                    {
                        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                        using var intercepted = signals.Intercept(interrupt.Cancel);
                        await conversation.Ask(message, interrupt.Token);
                    }
                    catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                    {
                        Screen.Out.MarkupLine("\n[dim]stopped[/]");
                    }
                    catch (CliException e)
                    {
                        Screen.Fail(e.Message);
                    }

                    continue;
            }
        }
    }

    private static string FirstModel(House house) =>
        new ModelCatalog(new CatalogOptions { File = house.CatalogFile, OperatorFile = house.OperatorFile }).Models.FirstOrDefault(model => model.Kind == ModelKind.Chat)?.Id
        ?? throw new CliException("No chat model is served: ./platform models add");
}
