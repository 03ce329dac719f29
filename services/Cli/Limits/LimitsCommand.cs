using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Platform.Cli.Api;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Limits;

internal static class LimitsCommand
{
    public static Command Create(House house)
    {
        var project = new Option<string>("--project") { Description = "Whose limits.", DefaultValueFactory = _ => "default", Recursive = true };
        var command = new Command("limits", "Show what a project and its keys have spent this month (UTC) and may spend; set and lift limits.") { project, Set(house, project), Lift(house, project) };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = PlatformApi.AsAdmin(house);
            var table = Screen.Table("OF", "SPENT", "LIMIT", "TOKENS", "LIMIT");
            foreach (var column in table.Columns.Skip(1)) column.RightAligned();
            var name = parsed.GetRequiredValue(project);
            Add(table, $"project {name}", await api.Get(Path(name, null), cancellation));
            await foreach (var key in api.List($"{Project(name)}/api_keys", cancellation))
            {
                var id = key.GetProperty("id").GetString()!;
                Add(table, $"{id} {key.GetProperty("name").GetString()}", await api.Get(Path(name, id), cancellation));
            }

            Screen.Out.Write(table);
            return 0;
        });
        return command;
    }

    private static Command Set(House house, Option<string> project)
    {
        var key = Key();
        var dollars = new Option<decimal?>("--usd") { Description = "US dollars a month, by the prices in the catalogue." };
        var tokens = new Option<long?>("--tokens") { Description = "Tokens a month, of input and output; a frame of video counts as one." };
        var command = new Command("set", "Limit what may be spent in a month; a limit that is there is replaced.") { key, dollars, tokens };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(dollars) is null && parsed.GetValue(tokens) is null) throw new CliException("Say how much: --usd, --tokens, or both.");
            if (parsed.GetValue(dollars) * 100 % 1 is not (null or 0)) throw new CliException("--usd: whole cents, please.");
            using var api = PlatformApi.AsAdmin(house);
            var limit = new { threshold_amount = (long?)(parsed.GetValue(dollars) * 100), threshold_tokens = parsed.GetValue(tokens) };
            await api.Post(Path(parsed.GetRequiredValue(project), parsed.GetValue(key)), limit, cancellation);
            Screen.Done($"{Whose(parsed.GetRequiredValue(project), parsed.GetValue(key))} is limited.");
            return 0;
        });
        return command;
    }

    private static Command Lift(House house, Option<string> project)
    {
        var key = Key();
        var command = new Command("lift", "Take the limit away.") { key };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = PlatformApi.AsAdmin(house);
            await api.Delete(Path(parsed.GetRequiredValue(project), parsed.GetValue(key)), cancellation);
            Screen.Done($"{Whose(parsed.GetRequiredValue(project), parsed.GetValue(key))} is not limited any more.");
            return 0;
        });
        return command;
    }

    private static Option<string?> Key() => new("--key") { Description = "Only this key, key_…; without it the whole project." };

    private static void Add(Table table, string of, JsonElement limit)
    {
        string Dollars(string name) => limit.GetProperty(name) is { ValueKind: JsonValueKind.Number } cents ? (cents.GetDecimal() / 100).ToString("$#,0.00##", CultureInfo.InvariantCulture) : "–";
        string Count(string name) => limit.GetProperty(name) is { ValueKind: JsonValueKind.Number } count ? count.GetInt64().ToString("N0", CultureInfo.InvariantCulture) : "–";
        var reached = limit.GetProperty("enforcement").GetProperty("status").GetString() == "enforcing";
        table.AddRow(new Text(of), new Text(Dollars("spent_amount"), reached ? Color.Red : Style.Plain), new Text(Dollars("threshold_amount")), new Text(Count("spent_tokens")), new Text(Count("threshold_tokens")));
    }

    private static string Whose(string project, string? key) => key ?? $"The project {project}";

    private static string Path(string project, string? key) => $"{Project(project)}{(key is null ? "" : $"/api_keys/{Uri.EscapeDataString(key)}")}/spend_limit";

    private static string Project(string project) => $"organization/projects/{Uri.EscapeDataString(project)}";
}
