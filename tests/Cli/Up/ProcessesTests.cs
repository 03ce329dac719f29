using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Platform.Cli.Up;
using Platform.Fixtures;

namespace Platform.Cli.Tests.Up;

/// <summary><c>up --processes</c>, <c>status</c> and <c>logs</c>, with every service in a process of its own.</summary>
public sealed class ProcessesTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);
    private static readonly string[] Services = ["PostgreSQL", "RabbitMQ", "gateway-1", "gateway-2", "silo-1", "llama-worker-1", "ledger", "console"];

    private readonly TemporaryHouse _home = new();

    private CommandLine Line => new(_home.House);

    [Fact]
    public async Task Every_service_is_a_process_that_is_shown_logged_apart_and_started_again_when_it_is_killed()
    {
        // below the ports the system hands out by itself, and apart from other runs
        var port = Ports.FreeFrom(IPAddress.Loopback, 10_000 + (Random.Shared.Next(180) * 100));
        var up = await Line.Run("up", "-d", "--processes", "--gateways", "2", "--onnx-workers", "0", "--port", $"{port}");
        Assert.True(up.ExitCode == 0, up.Text);
        var running = RunningPlatform.Read(_home.House)!; // it runs
        var credentials = Credentials.Read(_home.House);
        var gateways = running.Processes.Where(process => process.Name.StartsWith("gateway-", StringComparison.Ordinal)).ToList();
        foreach (var gateway in gateways) Assert.Equal(HttpStatusCode.OK, await CommandLine.Models(credentials, gateway.Address));

        var status = await Line.Run("status");
        Assert.Equal(0, status.ExitCode);
        Assert.Equal(Services, running.Processes.Select(process => process.Name).Order(Comparer<string>.Create((a, b) => Array.IndexOf(Services, a) - Array.IndexOf(Services, b))));
        foreach (var service in Services) Assert.True(IsShown(status.Text, service, restarts: 0), status.Text);

        var log = await Line.Run("logs", "gateway-2", "-n", "3");
        Assert.Equal(0, log.ExitCode);
        Assert.DoesNotContain('│', log.Text);
        var together = await Line.Run("logs", "-n", "1");
        foreach (var name in (string[])["gateway-1", "gateway-2", "silo-1", "ledger", "supervisor"]) Assert.Contains($"{name.PadRight("llama-worker-1".Length)} │ ", together.Text, StringComparison.Ordinal);
        var unknown = await Line.Run("logs", "gateway-3");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("There is no log of \"gateway-3\"; there are console, gateway-1, gateway-2, ledger", unknown.Text, StringComparison.Ordinal);

        Process.GetProcessById(gateways[0].Pid).Kill();
        await Eventually.Holds(async () => IsShown((await Line.Run("status")).Text, "gateway-1", restarts: 1), again => again, Soon);
        Assert.Equal(HttpStatusCode.OK, await CommandLine.Models(credentials));

        var processes = CommandLine.Below(running.Pid);
        var down = await Line.Run("down");
        Assert.True(down.ExitCode == 0, down.Text);
        Assert.DoesNotContain(processes, CommandLine.Lives);
    }

    public void Dispose()
    {
        Line.End();
        _home.Dispose();
    }

    /// <summary>Whether a line tells that a service is well: its name, process id, health, age, restarts, memory.</summary>
    private static bool IsShown(string status, string service, int restarts) => Regex.IsMatch(status, $@"^ *{service} +\d+ +(ready|runs) .+ {restarts} +[1-9]\d* MiB ", RegexOptions.Multiline);
}
