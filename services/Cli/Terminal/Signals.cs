using System.Runtime.InteropServices;

namespace Platform.Cli.Terminal;

/// <summary>Ctrl-C, a kill and a closed terminal ask for an orderly end; a second Ctrl-C ends at once.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile Action? _interrupt;

    public Signals() => _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Ask))];

    public CancellationToken Token => _asked.Token;

    /// <summary>Until disposed, Ctrl-C does this instead.</summary>
    public IDisposable Intercept(Action interrupt)
    {
        _interrupt = interrupt;
        return new Interception(this);
    }

    /// <summary>Waits until the end is asked for.</summary>
    public static async Task Wait(CancellationToken asked)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = asked.Register(end.SetResult);
        await end.Task;
    }

    private void Ask(PosixSignalContext context)
    {
        if (context.Signal == PosixSignal.SIGINT && _interrupt is { } interrupt)
        {
            context.Cancel = true;
            interrupt();
            return;
        }

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

    private sealed class Interception(Signals signals) : IDisposable
    {
        public void Dispose() => signals._interrupt = null;
    }
}
