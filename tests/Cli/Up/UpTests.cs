using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Platform.Cli.Up;
using Platform.Fixtures;

namespace Platform.Cli.Tests.Up;

/// <summary>The command line as a person uses it, with the whole platform behind it.</summary>
public sealed class UpTests : IDisposable
{
    private readonly TemporaryHouse _home = new();

    private CommandLine Line => new(_home.House);

    [Fact]
    public async Task A_detached_platform_answers_and_is_reported_and_stops_without_a_trace()
    {
        var port = Ports.AnyFree();
        var up = await Line.Run("up", "-d", "--port", $"{port}");

        Assert.True(up.ExitCode == 0, up.Text);
        var credentials = Credentials.Read(_home.House);
        Assert.Equal($"http://127.0.0.1:{port}/v1", credentials.BaseUrl);
        Assert.Contains(credentials.ApiKey, up.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', up.Text);
        Assert.Equal(HttpStatusCode.OK, await CommandLine.Models(credentials));
        var usage = await Line.Run("usage");
        Assert.True(usage.ExitCode == 0 && usage.Text.Contains("total", StringComparison.Ordinal), usage.Text);

        var supervisor = RunningPlatform.Read(_home.House)!.Pid;
        var second = await Line.Run("up", "--port", $"{port}");
        Assert.Equal(0, second.ExitCode);
        Assert.Contains($"(process {supervisor})", second.Text, StringComparison.Ordinal);

        var processes = CommandLine.Below(supervisor);
        Assert.True(processes.Count >= 4, "supervisor, platform, PostgreSQL and what keeps it");
        Assert.Equal(0, (await Line.Run("down")).ExitCode);
        Assert.DoesNotContain(processes, CommandLine.Lives);
        Assert.Equal(3, (await Line.Run("status")).ExitCode);
    }

    [Fact]
    public async Task A_supervisor_that_is_killed_takes_everything_with_it_and_the_next_start_finds_the_data()
    {
        var port = $"{Ports.AnyFree()}";
        var up = await Line.Run("up", "-d", "--port", port);
        Assert.True(up.ExitCode == 0, up.Text);
        var credentials = Credentials.Read(_home.House);
        var supervisor = RunningPlatform.Read(_home.House)!.Pid;
        var processes = CommandLine.Below(supervisor);

        Process.GetProcessById(supervisor).Kill();
        await Eventually.Holds(() => !processes.Exists(CommandLine.Lives));

        Assert.Equal(3, (await Line.Run("status")).ExitCode);
        up = await Line.Run("up", "-d", "--port", port);
        Assert.True(up.ExitCode == 0, up.Text);
        Assert.Equal(HttpStatusCode.OK, await CommandLine.Models(credentials));
        Assert.Equal(0, (await Line.Run("down")).ExitCode);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_its_holder_and_nothing_is_started()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var up = await Line.Run("up", "--port", $"{port}");

        Assert.Equal(1, up.ExitCode);
        Assert.Contains($"Port {port} is taken by", up.Text, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", up.Text, StringComparison.Ordinal);
        Assert.Contains("--port", up.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(_home.House.State));
    }

    public void Dispose()
    {
        Line.End();
        _home.Dispose();
    }
}
