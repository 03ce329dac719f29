using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Platform.Cli.Api;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Keys;

internal static class KeysCommand
{
    public static Command Create(House house)
    {
        var project = new Option<string>("--project") { Description = "Whose keys.", DefaultValueFactory = _ => "default", Recursive = true };
        return new Command("keys", "Create, list and revoke API keys.") { project, New(house, project), List(house, project), Revoke(house, project) };
    }

    private static Command New(House house, Option<string> project)
    {
        var name = new Argument<string>("name") { Description = "What the key is for." };
        var command = new Command("create", "Make a key and show its secret, this once.") { name };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = PlatformApi.AsAdmin(house);
            var key = await api.Post(Path(parsed.GetRequiredValue(project)), new { name = parsed.GetRequiredValue(name) }, cancellation);
            Screen.Raw(key.GetProperty("value").GetString()!);
            Screen.Error.MarkupLine($"[dim]{key.GetProperty("id").GetString().EscapeMarkup()}; the secret is shown this once.[/]");
            return 0;
        });
        return command;
    }

    private static Command List(House house, Option<string> project)
    {
        var command = new Command("list", "Show the keys that are good.");
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = PlatformApi.AsAdmin(house);
            var table = Screen.Table("KEY", "NAME", "SECRET", "CREATED");
            await foreach (var key in api.List(Path(parsed.GetRequiredValue(project)), cancellation))
            {
                var created = DateTimeOffset.FromUnixTimeSeconds(key.GetProperty("created_at").GetInt64()).ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
                table.AddRow(new Text(Text(key, "id")), new Text(Text(key, "name")), new Text(Text(key, "redacted_value")), new Text(created));
            }

            Screen.Out.Write(table);
            return 0;
        });
        return command;
    }

    private static Command Revoke(House house, Option<string> project)
    {
        var id = new Argument<string>("key") { Description = "Its id, key_…, as `keys list` shows it." };
        var command = new Command("revoke", "Make a key worthless within a second.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = PlatformApi.AsAdmin(house);
            await api.Delete($"{Path(parsed.GetRequiredValue(project))}/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", cancellation);
            Screen.Done($"{parsed.GetRequiredValue(id)} is revoked.");
            return 0;
        });
        return command;
    }

    private static string Path(string project) => $"organization/projects/{Uri.EscapeDataString(project)}/api_keys";

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
