using System.Runtime.InteropServices;

namespace Platform.Cli.Terminal;

/// <summary>Ctrl-C, a kill and a closed terminal ask for an orderly end; a second Ctrl-C ends at once.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Signals() => _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Ask))];

    public CancellationToken Token => _asked.Token;

    /// <summary>Waits until the end is asked for.</summary>
    public static async Task Wait(CancellationToken asked)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = asked.Register(end.SetResult);
        await end.Task;
    }

    private void Ask(PosixSignalContext context)
    {
        if (_asked.IsCancellationRequested && context.Signal == PosixSignal.SIGINT) return;
        context.Cancel = true;
        // callbacks may take long, and a second signal has to get through meanwhile
        _ = Task.Run(_asked.Cancel);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _asked.Dispose();
    }
}
