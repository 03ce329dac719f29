using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Platform.Cli.Up;
using Platform.Fixtures;

namespace Platform.Cli.Tests.Up;

/// <summary>The command line as a person uses it, with the whole platform behind it.</summary>
public sealed class UpTests : IDisposable
{
    private readonly TemporaryHouse _home = new();

    [Fact]
    public async Task A_detached_platform_answers_and_is_reported_and_stops_without_a_trace()
    {
        var port = Ports.AnyFree();
        var up = await Platform("up", "-d", "--port", $"{port}");

        Assert.True(up.ExitCode == 0, up.Text);
        var credentials = Credentials.Read(_home.House);
        Assert.Equal($"http://127.0.0.1:{port}/v1", credentials.BaseUrl);
        Assert.Contains(credentials.ApiKey, up.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', up.Text);
        Assert.Equal(HttpStatusCode.OK, await Models(credentials));

        var supervisor = RunningPlatform.Read(_home.House)!.Pid;
        var second = await Platform("up", "--port", $"{port}");
        Assert.Equal(0, second.ExitCode);
        Assert.Contains($"(process {supervisor})", second.Text, StringComparison.Ordinal);

        var processes = Below(supervisor);
        Assert.True(processes.Count >= 4, "supervisor, platform, PostgreSQL and what keeps it");
        Assert.Equal(0, (await Platform("down")).ExitCode);
        Assert.DoesNotContain(processes, Lives);
        Assert.Equal(3, (await Platform("status")).ExitCode);
    }

    [Fact]
    public async Task A_supervisor_that_is_killed_takes_everything_with_it_and_the_next_start_finds_the_data()
    {
        var port = $"{Ports.AnyFree()}";
        var up = await Platform("up", "-d", "--port", port);
        Assert.True(up.ExitCode == 0, up.Text);
        var credentials = Credentials.Read(_home.House);
        var supervisor = RunningPlatform.Read(_home.House)!.Pid;
        var processes = Below(supervisor);

        Process.GetProcessById(supervisor).Kill();
        await Eventually.Holds(() => !processes.Exists(Lives));

        Assert.Equal(3, (await Platform("status")).ExitCode);
        up = await Platform("up", "-d", "--port", port);
        Assert.True(up.ExitCode == 0, up.Text);
        Assert.Equal(HttpStatusCode.OK, await Models(credentials));
        Assert.Equal(0, (await Platform("down")).ExitCode);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_its_holder_and_nothing_is_started()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var up = await Platform("up", "--port", $"{port}");

        Assert.Equal(1, up.ExitCode);
        Assert.Contains($"Port {port} is taken by", up.Text, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", up.Text, StringComparison.Ordinal);
        Assert.Contains("--port", up.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(_home.House.State));
    }

    public void Dispose()
    {
        if (RunningPlatform.Read(_home.House) is { } left) Process.GetProcessById(left.Pid).Kill(entireProcessTree: true);
        _home.Dispose();
    }

    private async Task<(int ExitCode, string Text)> Platform(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "platform"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PLATFORM_ROOT"] = _home.House.Root;
        start.Environment["PLATFORM_DATA"] = _home.House.Data;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    private static bool Lives(int process) => RunningPlatform.StartTicksOf(process) is not null;

    private static async Task<HttpStatusCode> Models(Credentials credentials)
    {
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", credentials.ApiKey) } };
        using var response = await http.GetAsync(credentials.BaseUrl + "/models", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>A process and all that descend from it.</summary>
    private static List<int> Below(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var process)) continue;
            try
            {
                var stat = File.ReadAllText(folder + "/stat");
                parents[process] = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
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
