using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Platform.Cli.Up;

namespace Platform.Cli.Tests.Up;

/// <summary><c>./platform</c>, as a person uses it on a data folder.</summary>
/// <param name="Hub">Where models are pulled from; null: nowhere that answers.</param>
/// <param name="Inside">A command that runs it; null: nothing does.</param>
internal readonly record struct CommandLine(House House, string? Hub = null, string[]? Inside = null)
{
    public async Task<(int ExitCode, string Text)> Run(params string[] arguments)
    {
        string[] line = [.. Inside ?? [], Path.Combine(AppContext.BaseDirectory, "platform"), .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PLATFORM_ROOT"] = House.Root;
        start.Environment["PLATFORM_DATA"] = House.Data;
        start.Environment["HF_ENDPOINT"] = Hub ?? "http://127.0.0.1:1";
        start.Environment["HF_TOKEN"] = "";
        using var process = Process.Start(start)!; // never null without the shell
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Whatever a failed test has left running.</summary>
    public void End()
    {
        if (RunningPlatform.Read(House) is { } left) Process.GetProcessById(left.Pid).Kill(entireProcessTree: true);
    }

    public static bool Lives(int process) => RunningPlatform.StartTicksOf(process) is not null;

    /// <param name="gateway">Another one than the first; null: the first.</param>
    public static async Task<HttpStatusCode> Models(Credentials credentials, string? gateway = null)
    {
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", credentials.ApiKey) } };
        using var response = await http.GetAsync((gateway is null ? credentials.BaseUrl : gateway + "/v1") + "/models", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>A process and all that descend from it.</summary>
    public static List<int> Below(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var process)) continue;
            try
            {
                var stat = File.ReadAllText(folder + "/stat");
                parents[process] = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // gone meanwhile
            }
        }

        var found = new List<int> { root };
        for (var i = 0; i < found.Count; i++) found.AddRange(parents.Where(pair => pair.Value == found[i]).Select(pair => pair.Key));
        return found;
    }
}
