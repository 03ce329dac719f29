using System.Net;
using Platform.Cli.Api;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;

namespace Platform.Cli.Up;

/// <summary>Owns a data folder and the processes that run on it: PostgreSQL and, above it, the platform.</summary>
internal sealed class Supervisor : IAsyncDisposable
{
    // PostgreSQL may have a crash to recover from; a large model is read from disk at its pace
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3), ModelPatience = TimeSpan.FromMinutes(15);

    private readonly House _house;
    private readonly Action<string> _say;
    private readonly FileStream _lock;
    private readonly LogFile _own;
    private readonly List<Service> _services = [];

    private Supervisor(House house, Action<string> say, FileStream held)
    {
        _house = house;
        _lock = held;
        _own = new LogFile(house.Log("supervisor"));
        _say = text =>
        {
            _own.Note(text);
            say(text);
        };
    }

    /// <param name="say">Shows what happens between start and stop.</param>
    public static Supervisor Take(House house, Action<string> say)
    {
        Directory.CreateDirectory(house.Data);
        try
        {
            return new Supervisor(house, say, new FileStream(house.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new CliException($"Another `up` has the data folder {house.Data}: {e.Message}");
        }
    }

    public async Task<RunningPlatform> Start(UpOptions options, ISteps steps, CancellationToken cancellation)
    {
        if (!Ports.IsFree(options.Bind, options.Port))
        {
            var holder = Ports.Holder(options.Port) is { } process ? $"taken by {process}" : "taken by a process of another user";
            throw new CliException($"Port {options.Port} is {holder}. Stop that, or choose another port: ./platform up --port {Ports.FreeFrom(options.Bind, options.Port + 1)}");
        }

        var running = new RunningPlatform(
            Environment.ProcessId, RunningPlatform.StartTicksOf(Environment.ProcessId)!.Value, options.Address, options.Port,
            DatabasePort: Ports.AnyFree(), MetricsPort: Ports.FreeFrom(IPAddress.Loopback, options.Port + 1000), DateTimeOffset.UtcNow, Ready: false);
        running.Write(_house);
        Credentials.Ensure(_house, options.Address + "/v1");

        var natives = await Natives.Fetch(_house, steps, cancellation);
        var database = new PostgresService(_house, running.DatabasePort, _say);
        await steps.Step("PostgreSQL", () => Begin(database.Service, database.Answers, cancellation));
        var platform = new PlatformService(_house, running, options, natives, database.ConnectionString, _say);
        await steps.Step("Platform", () => Begin(platform.Service, asked => Health.IsLive(running.Address, asked), cancellation));
        await steps.Step("Model", () => platform.Service.Await(() => Health.IsReady(running.Address, cancellation), ModelPatience, cancellation));

        foreach (var service in _services) service.KeepRunning();
        running = running with { Ready = true };
        running.Write(_house);
        _own.Note($"ready on {options.Address}");
        return running;
    }

    /// <summary>The platform first, so that what it still records finds its database.</summary>
    public async Task Stop(ISteps steps)
    {
        while (_services is [.., var last])
        {
            await steps.Step($"Stopping {last.Name}", last.Stop);
            _services.RemoveAt(_services.Count - 1);
            last.Log.Dispose();
        }

        File.Delete(_house.State);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_services)) await service.Stop();
        File.Delete(_house.State);
        _own.Dispose();
        await _lock.DisposeAsync();
    }

    private async Task Begin(Service service, Func<CancellationToken, Task<bool>> answers, CancellationToken cancellation)
    {
        _services.Add(service);
        await service.Start();
        await service.Await(() => answers(cancellation), Patience, cancellation);
    }
}
