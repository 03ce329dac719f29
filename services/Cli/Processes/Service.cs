using System.Diagnostics;
using Platform.Cli.Terminal;

namespace Platform.Cli.Processes;

/// <summary>One process that is to run all the time: started again when it ends by itself, stopped in an orderly way when asked.</summary>
internal sealed class Service(string name, ProcessStartInfo command, string atDeath, TimeSpan grace, LogFile log, Action<string> say)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(30), Settled = TimeSpan.FromMinutes(1);
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;
    private Task _running = Task.CompletedTask;
    private bool _restarts;

    public string Name => name;

    public int? Pid => _process?.Id;

    public LogFile Log => log;

    public DateTimeOffset Since { get; private set; }

    /// <summary>How often it was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Raised when it was started again.</summary>
    public event Action? Changed;

    public async Task Start()
    {
        log.Note($"starting {name}");
        _process = await TiedProcess.Start(command, atDeath);
        Since = DateTimeOffset.UtcNow;
        _running = Run(_process);
    }

    /// <summary>Waits until it answers, or throws when it has ended before or takes longer than anything sound does.</summary>
    public async Task Await(Func<Task<bool>> answers, TimeSpan patience, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (!await answers())
        {
            var trouble = _running.IsCompleted ? "ended while it was starting" : watch.Elapsed > patience ? $"was not ready after {patience.TotalMinutes:0} minutes" : null;
            if (trouble is not null) throw new CliException($"{name} {trouble}. The end of {log.Path}:\n\n{log.Tail()}");
            await Task.Delay(50, cancellation);
        }
    }

    /// <summary>From now on an end that nobody asked for is followed by a new start.</summary>
    public void KeepRunning() => Volatile.Write(ref _restarts, true);

    public async Task Stop()
    {
        _stop.TrySetResult();
        if (_process is { HasExited: false } process) TiedProcess.Terminate(process.Id);
        if (await Task.WhenAny(_running, Task.Delay(grace)) != _running && _process is { HasExited: false } stuck)
        {
            say($"{name} did not stop within {grace.TotalSeconds:0} s and was killed");
            stuck.Kill(entireProcessTree: true);
        }

        await _running;
        log.Note($"{name} stopped");
    }

    private async Task Run(Process process)
    {
        var pause = FirstPause;
        while (true)
        {
            var since = Stopwatch.StartNew();
            var copying = Task.WhenAll(log.Copy(process.StandardOutput.BaseStream), log.Copy(process.StandardError.BaseStream));
            await process.WaitForExitAsync();
            // a child it left behind may hold its output open
            await Task.WhenAny(copying, Task.Delay(TimeSpan.FromSeconds(2)));
            log.Note($"{name} ended with exit code {process.ExitCode}");
            if (_stop.Task.IsCompleted || !Volatile.Read(ref _restarts)) return;

            if (since.Elapsed > Settled) pause = FirstPause;
            say($"{name} ended with exit code {process.ExitCode}; starting it again in {pause.TotalSeconds:0.#} s (log: {log.Path})");
            if (await Task.WhenAny(_stop.Task, Task.Delay(pause)) == _stop.Task) return;

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            process = _process = await TiedProcess.Start(command, atDeath);
            Since = DateTimeOffset.UtcNow;
            Restarts++;
            Changed?.Invoke();
            if (_stop.Task.IsCompleted) TiedProcess.Terminate(process.Id);
        }
    }
}
