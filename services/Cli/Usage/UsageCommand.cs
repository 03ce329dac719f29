using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Platform.Cli.Api;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Usage;

internal static class UsageCommand
{
    private static readonly string[] Counted = ["num_model_requests", "input_tokens", "input_cached_tokens", "output_tokens"];

    public static Command Create(House house)
    {
        var command = new Command("usage", "Show today's use of each model (days begin at midnight UTC).");
        command.SetAction(async (_, cancellation) =>
        {
            using var api = PlatformApi.AsAdmin(house);
            var today = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero).ToUnixTimeSeconds();
            var page = await api.Get($"organization/usage/completions?start_time={today}&bucket_width=1d&group_by=model", cancellation);
            var rows = page.GetProperty("data").EnumerateArray().SelectMany(bucket => bucket.GetProperty("results").EnumerateArray()).ToList();

            var table = Screen.Table("MODEL", "REQUESTS", "INPUT TOKENS", "OF IT CACHED", "OUTPUT TOKENS");
            foreach (var column in table.Columns.Skip(1)) column.RightAligned();
            foreach (var row in rows) table.AddRow([(row.GetProperty("model").GetString() ?? "").EscapeMarkup(), .. Figures([row])]);
            if (rows.Count != 1) table.AddRow(["total", .. Figures(rows)]);
            Screen.Out.Write(table);
            return 0;
        });
        return command;
    }

    private static IEnumerable<string> Figures(IReadOnlyCollection<JsonElement> rows) =>
        Counted.Select(name => rows.Sum(row => row.TryGetProperty(name, out var value) ? value.GetInt64() : 0).ToString("N0", CultureInfo.InvariantCulture));
}
