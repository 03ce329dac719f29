using System.Diagnostics;
using System.Text.Json;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;

namespace Platform.Cli.Up;

/// <summary><c>up -d</c>: a supervisor in a session of its own tells the waiting terminal, a JSON line an event, how the start goes.</summary>
internal static class DetachedUp
{
    private sealed record Event(string? Step = null, bool Done = false, string? Failed = null, bool Ready = false);

    public static async Task<int> Launch(House house, UpOptions options, CancellationToken cancellation)
    {
        if (await AlreadyRunning.Report(house, cancellation)) return 0;

        Directory.CreateDirectory(house.Logs);
        // the shell hands its own error stream to a file, which a .NET process can't do for its child
        var start = new ProcessStartInfo("setsid", ["bash", "-c", """log=$1; shift; exec "$0" up --detached "$@" </dev/null 2>>"$log" """, Environment.ProcessPath!, house.Log("supervisor"), .. options.Arguments()])
        {
            RedirectStandardOutput = true,
        };
        using var supervisor = Process.Start(start)!;
        await using var stop = cancellation.Register(() => TiedProcess.Terminate(supervisor.Id));

        var steps = new TerminalSteps();
        while (await Next(supervisor) is { } news)
        {
            if (news.Failed is { } reason) throw new CliException(reason);
            if (news.Step is { } title)
            {
                await steps.Step(title, async () =>
                {
                    if (await Next(supervisor) is not { Done: true } outcome) throw new CliException($"The supervisor ended. The end of {house.Log("supervisor")}:\n\n{LogFile.TailOf(house.Log("supervisor"))}");
                    if (outcome.Failed is { } cause) throw new CliException(cause);
                });
            }

            if (news.Ready)
            {
                Welcome.Show(house, RunningPlatform.Read(house)!, "./platform down stops it.");
                return 0;
            }
        }

        cancellation.ThrowIfCancellationRequested();
        throw new CliException($"The supervisor ended. The end of {house.Log("supervisor")}:\n\n{LogFile.TailOf(house.Log("supervisor"))}");
    }

    /// <summary>The supervisor's side.</summary>
    public static async Task<int> Serve(House house, UpOptions options, CancellationToken cancellation)
    {
        try
        {
            await using var supervisor = Supervisor.Take(house, _ => { });
            await supervisor.Start(options, new ToldSteps(), cancellation);
            Tell(new Event(Ready: true));
            await Signals.Wait(cancellation);
            await supervisor.Stop(new SilentSteps());
            return 0;
        }
        catch (CliException e)
        {
            Tell(new Event(Failed: e.Message));
            throw;
        }
    }

    private static async Task<Event?> Next(Process supervisor) =>
        await supervisor.StandardOutput.ReadLineAsync() is { } line ? JsonSerializer.Deserialize<Event>(line) : null;

    private static void Tell(Event news) => Console.Out.WriteLine(JsonSerializer.Serialize(news));

    private sealed class ToldSteps : ISteps
    {
        public async Task<T> Step<T>(string title, Func<Task<T>> work)
        {
            Tell(new Event(Step: title));
            try
            {
                var result = await work();
                Tell(new Event(Done: true));
                return result;
            }
            catch (CliException e)
            {
                Tell(new Event(Done: true, Failed: e.Message));
                throw;
            }
        }
    }

    private sealed class SilentSteps : ISteps
    {
        public Task<T> Step<T>(string title, Func<Task<T>> work) => work();
    }
}
