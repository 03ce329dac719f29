using System.Collections.Concurrent;
using System.Diagnostics;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;
using Platform.Fixtures;

namespace Platform.Cli.Tests.Processes;

public sealed class ServiceTests : IDisposable
{
    private readonly TemporaryHouse _home = new();
    private readonly ConcurrentQueue<string> _said = [];

    [Fact]
    public async Task A_service_that_dies_is_started_again()
    {
        using var log = new LogFile(_home.House.Log("it"));
        var service = Service("echo begun; exec sleep 1000", log);
        await service.Start();
        service.KeepRunning();
        await Eventually.Holds(() => Begun(log) == 1);
        var first = service.Pid!.Value;

        Process.GetProcessById(first).Kill();
        await Eventually.Holds(() => Begun(log) == 2);

        Assert.Contains("exit code 137", Assert.Single(_said), StringComparison.Ordinal);
        var second = service.Pid!.Value;
        await service.Stop();
        Assert.False(TiedProcess.Exists(second));
    }

    [Fact]
    public async Task A_service_that_dies_while_starting_shows_the_end_of_its_log()
    {
        using var log = new LogFile(_home.House.Log("it"));
        var service = Service("echo no such luck >&2; exit 7", log);
        await service.Start();

        var refusal = await Assert.ThrowsAsync<CliException>(() => service.Await(() => Task.FromResult(false), TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));

        Assert.Contains("no such luck", refusal.Message, StringComparison.Ordinal);
        await service.Stop();
    }

    [Fact]
    public async Task A_service_that_ignores_the_request_to_stop_is_killed_after_its_grace()
    {
        using var log = new LogFile(_home.House.Log("it"));
        var service = Service("trap '' TERM; echo begun; while :; do sleep 1; done", log);
        await service.Start();
        await Eventually.Holds(() => Begun(log) == 1);

        await service.Stop();

        Assert.False(TiedProcess.Exists(service.Pid!.Value));
        Assert.Contains("was killed", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_service_starts_belongs_to_it_even_with_a_session_of_its_own()
    {
        using var log = new LogFile(_home.House.Log("it"));
        var service = Service("sleep 1000 & setsid bash -c 'sleep 1000 & wait' & echo begun; wait", log);
        await service.Start();
        await Eventually.Holds(() => SessionProcesses.Of(service.Pid!.Value).Count == 4);

        var processes = SessionProcesses.Of(service.Pid!.Value);
        Assert.Equal(service.Pid, processes[0]);
        Assert.Equal(4, ProcessUse.Of(service.Pid!.Value).Processes);
        foreach (var process in processes) Process.GetProcessById(process).Kill();
        await service.Stop();
    }

    public void Dispose() => _home.Dispose();

    private Service Service(string script, LogFile log) =>
        new("it", new ProcessStartInfo("bash", ["-c", script]), atDeath: "KILL", grace: TimeSpan.FromSeconds(1), log, _said.Enqueue);

    private static int Begun(LogFile log) => File.ReadLines(log.Path).Count(line => line == "begun");
}
