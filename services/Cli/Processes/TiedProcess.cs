using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Platform.Cli.Processes;

/// <summary>Starts processes in a session of their own, out of reach of the terminal's Ctrl-C, that the kernel ends when this process dies, however it dies.</summary>
internal static partial class TiedProcess
{
    // The kernel sends the signal when the thread that forked ends, not the process, so one thread that never ends forks all of them.
    private static readonly BlockingCollection<Action> Starts = [];

    static TiedProcess() => new Thread(() => { foreach (var start in Starts.GetConsumingEnumerable()) start(); }) { IsBackground = true, Name = "process starter" }.Start();

    /// <param name="atDeath">Signal the process gets when this one dies.</param>
    public static Task<Process> Start(ProcessStartInfo command, string atDeath)
    {
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = command.WorkingDirectory,
        };
        foreach (var argument in (string[])["setpriv", "--pdeathsig", atDeath, command.FileName, .. command.ArgumentList]) start.ArgumentList.Add(argument);
        // glibc has eight arenas a core, and what one thread's compilations leave free in one of them is of no use to another's.
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        foreach (var (name, value) in command.Environment) start.Environment[name] = value;

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                var process = Process.Start(start)!;
                process.StandardInput.Close();
                started.SetResult(process);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    /// <summary>Asks for an orderly end; false where there is no such process.</summary>
    public static bool Terminate(int pid) => Kill(pid, Sigterm) == 0;

    public static bool Exists(int pid) => Kill(pid, 0) == 0;

    private const int Sigterm = 15;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
