using Platform.Catalog;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Up;

/// <summary>What a newcomer needs once the platform answers: the address, a key, and a line to paste.</summary>
internal static class Welcome
{
    public static void Show(House house, RunningPlatform running, string howToStop)
    {
        var credentials = Credentials.Read(house);
        var model = new ModelCatalog(new CatalogOptions { File = house.CatalogFile, OperatorFile = house.OperatorFile }).Models.FirstOrDefault(model => model.Kind == ModelKind.Chat)?.Id;
        Screen.Raw("");
        Screen.Field("Address", credentials.BaseUrl);
        var gateways = running.Processes.Where(process => process.Log.StartsWith("gateway-", StringComparison.Ordinal)).Select(process => process.Address + "/v1").ToList();
        if (gateways.Count > 1) Screen.Field("Gateways", string.Join(" ", gateways));
        Screen.Field("Page", (running.Console ?? running.Address) + "/");
        Screen.Field("API key", credentials.ApiKey);
        Screen.Field("Model", model ?? "none: ./platform models add");
        Screen.Raw("");
        Screen.Raw($$"""curl {{credentials.BaseUrl}}/chat/completions -H "Authorization: Bearer {{credentials.ApiKey}}" -H "Content-Type: application/json" -d '{"model": "{{model}}", "messages": [{"role": "user", "content": "Hello!"}]}'""");
        Screen.Raw("");
        if (!HasFfmpeg(house)) Screen.Out.MarkupLine("[yellow]ffmpeg is missing: videos are animated WebP pictures until it is installed (apt-get install ffmpeg) and the platform started again.[/]");
        Screen.Out.MarkupLine($"[dim]{howToStop.EscapeMarkup()} ./platform chat talks to it, ./platform logs -f shows what it does, ./platform --help the rest.[/]");
    }

    private static bool HasFfmpeg(House house) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append(Path.Combine(house.Data, "tools/ffmpeg/usr/bin")).Any(folder => File.Exists(Path.Combine(folder, "ffmpeg")));
}
