using System.Diagnostics;
using System.Runtime.InteropServices;
using Platform.Cli.Processes;
using Platform.Fixtures;

namespace Platform.Scenarios.Tests.Cluster;

/// <summary>One process of a <see cref="TestCluster"/>, started again by its supervisor whenever it ends unasked.</summary>
internal sealed partial class ClusterMember(string name, ProcessStartInfo command, int stage, string log, Func<Task<bool>> isReady) : IAsyncDisposable
{
    private const int Sigkill = 9, Sigcont = 18, Sigstop = 19;

    private Service? _service;

    public string Name => name;

    /// <summary>Those of a lower one stop first.</summary>
    public int Stage => stage;

    /// <summary>Where it tells its health, and a gateway answers; null for PostgreSQL and RabbitMQ.</summary>
    public Uri? Address { get; init; }
    public int MetricsPort { get; init; }

    /// <summary>The process that leads its session; PostgreSQL's and RabbitMQ's servers are in its session. Null while it does not run.</summary>
    public int? Pid => _service?.Pid;

    /// <summary>What connects it with RabbitMQ and with PostgreSQL, where the cluster was started with links.</summary>
    public Link? ToBroker { get; init; }
    public Link? ToDatabase { get; init; }

    public async Task Start()
    {
        _service = new Service(name, command, atDeath: stage < int.MaxValue - 1 ? "KILL" : "TERM", TimeSpan.FromSeconds(30), new LogFile(log), _ => { });
        await _service.Start();
        _service.KeepRunning();
    }

    /// <summary>Waits until its health says so.</summary>
    public async Task Ready(TimeSpan? within = null)
    {
        try
        {
            await Eventually.Holds(isReady, ready => ready, within ?? TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{name} is not ready. The end of its log:\n{LogFile.TailOf(log)}", e);
        }
    }

    /// <summary>SIGKILL to all of it, and a successor at once: a supervisor would spare one that dies so often.</summary>
    public async Task KillAndRestart()
    {
        await Kill();
        await Start();
        await Ready();
    }

    /// <summary>SIGKILL to all of it; it stays away until <see cref="Start"/>.</summary>
    public async Task Kill()
    {
        Signal(Sigkill);
        await Terminate();
    }

    /// <summary>SIGSTOP: it does nothing until <see cref="Continue"/>, its connections stay open.</summary>
    public void Suspend() => Signal(Sigstop);

    public void Continue() => Signal(Sigcont);

    /// <summary>SIGTERM, and waits until it has ended; it stays away until <see cref="Start"/>.</summary>
    public async Task Terminate()
    {
        if (_service is not { } service) return;
        _service = null;
        await service.Stop();
        service.Log.Dispose();
    }

    /// <summary>SIGTERM, and starts it again once it has ended, as a rolling restart does. Returns how long it took to end.</summary>
    public async Task<TimeSpan> Restart()
    {
        var since = Stopwatch.StartNew();
        await Terminate();
        var ended = since.Elapsed;
        await Start();
        await Ready();
        return ended;
    }

    /// <summary>Its log, and the one before it.</summary>
    public IEnumerable<string> LogLines() => ((string[])[log + ".1", log]).Where(File.Exists).SelectMany(File.ReadLines);

    public async ValueTask DisposeAsync()
    {
        if (_service is not null) Continue();
        await Terminate();
        ToBroker?.Dispose();
        ToDatabase?.Dispose();
    }

    private void Signal(int signal)
    {
        if (Pid is not { } leader) throw new InvalidOperationException($"{name} does not run.");
        foreach (var process in SessionProcesses.Of(leader)) _ = SendSignal(process, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
