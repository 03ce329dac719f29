using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Platform.Cli.Api;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Usage;

internal static class UsageCommand
{
    /// <summary>What the API tells the usage of, an endpoint each.</summary>
    private static readonly string[] Kinds = ["completions", "embeddings", "videos"];

    private static readonly (string Field, string Column)[] Counted =
        [("num_model_requests", "REQUESTS"), ("input_tokens", "INPUT TOKENS"), ("input_cached_tokens", "OF IT CACHED"), ("output_tokens", "OUTPUT TOKENS"), ("seconds", "VIDEO SECONDS")];

    public static Command Create(House house)
    {
        var command = new Command("usage", "Show today's use of each model (days begin at midnight UTC).");
        command.SetAction(async (_, cancellation) =>
        {
            using var api = PlatformApi.AsAdmin(house);
            var today = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero).ToUnixTimeSeconds();
            List<JsonElement> rows = [];
            foreach (var kind in Kinds)
            {
                var page = await api.Get($"organization/usage/{kind}?start_time={today}&bucket_width=1d&group_by=model", cancellation);
                rows.AddRange(page.GetProperty("data").EnumerateArray().SelectMany(bucket => bucket.GetProperty("results").EnumerateArray()));
            }

            var table = Screen.Table(["MODEL", .. Counted.Select(one => one.Column)]);
            foreach (var column in table.Columns.Skip(1)) column.RightAligned();
            var models = rows.GroupBy(row => row.GetProperty("model").GetString() ?? "").OrderBy(model => model.Key, StringComparer.Ordinal).ToList();
            foreach (var model in models) table.AddRow([model.Key.EscapeMarkup(), .. Figures(model)]);
            if (models.Count != 1) table.AddRow(["total", .. Figures(rows)]);
            Screen.Out.Write(table);
            return 0;
        });
        return command;
    }

    private static IEnumerable<string> Figures(IEnumerable<JsonElement> rows) =>
        Counted.Select(one => rows.Sum(row => row.TryGetProperty(one.Field, out var value) ? value.GetDecimal() : 0).ToString("#,0.##", CultureInfo.InvariantCulture));
}
