using System.Net;
using Platform.Cli.Api;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;
using Platform.Cli.Up.Cluster;

namespace Platform.Cli.Up;

/// <summary>Owns a data folder and the processes that run on it: PostgreSQL and, above it, the platform as one process or many.</summary>
internal sealed class Supervisor : IAsyncDisposable
{
    // PostgreSQL may have a crash to recover from; a large model is read from disk at its pace
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3), ModelPatience = TimeSpan.FromMinutes(15);

    private readonly House _house;
    private readonly Action<string> _say;
    private readonly FileStream _lock;
    private readonly LogFile _own;
    private readonly Lock _writing = new();
    private readonly List<Supervised> _services = [];
    private RunningPlatform? _running;

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

        _running = new RunningPlatform(
            Environment.ProcessId, RunningPlatform.StartTicksOf(Environment.ProcessId)!.Value, options.Address, options.Port,
            DatabasePort: Ports.AnyFree(), MetricsPort: Ports.FreeFrom(IPAddress.Loopback, options.Port + 1000), DateTimeOffset.UtcNow, Ready: false);
        Write();
        Credentials.Ensure(_house, options.Address + "/v1");

        var natives = await Natives.Fetch(_house, steps, cancellation);
        var database = new PostgresService(_house, _running.DatabasePort, _say);
        await steps.Step("PostgreSQL", async () =>
        {
            await Begin(new(database.Service, "postgres", StopsLast));
            await database.Service.Await(() => database.Answers(cancellation), Patience, cancellation);
        });
        await (options.Processes is { } size ? StartMany(options, size, natives, database.ConnectionString, steps, cancellation) : StartOne(options, natives, database.ConnectionString, steps, cancellation));

        foreach (var supervised in _services)
        {
            supervised.Service.Changed += () => Write();
            supervised.Service.KeepRunning();
        }

        _running = _running with { Ready = true };
        var ready = Write();
        _own.Note($"ready on {options.Address}");
        return ready;
    }

    /// <summary>Who takes work first, then who keeps what came of it, so that what is still recorded finds its database.</summary>
    public async Task Stop(ISteps steps)
    {
        foreach (var together in _services.GroupBy(supervised => supervised.Stage).OrderBy(stage => stage.Key).ToList())
        {
            await steps.Step($"Stopping {string.Join(", ", together.Select(supervised => supervised.Service.Name))}", () => Task.WhenAll(together.Select(supervised => supervised.Service.Stop())));
            foreach (var supervised in together)
            {
                lock (_writing) _services.Remove(supervised);
                supervised.Service.Log.Dispose();
            }
        }

        File.Delete(_house.State);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var together in _services.GroupBy(supervised => supervised.Stage).OrderBy(stage => stage.Key)) await Task.WhenAll(together.Select(supervised => supervised.Service.Stop()));
        File.Delete(_house.State);
        _own.Dispose();
        await _lock.DisposeAsync();
    }

    private const int StopsLast = int.MaxValue, StopsBeforeLast = int.MaxValue - 1;

    private async Task StartOne(UpOptions options, string natives, string database, ISteps steps, CancellationToken cancellation)
    {
        var platform = new PlatformService(_house, _running!, options, natives, database, _say).Service;
        await steps.Step("Platform", async () =>
        {
            await Begin(new(platform, "platform", 0) { Address = options.Address, MetricsPort = _running!.MetricsPort });
            await platform.Await(() => Health.IsLive(options.Address, cancellation), Patience, cancellation);
        });
        await steps.Step("Model", () => platform.Await(() => Health.IsReady(options.Address, cancellation), ModelPatience, cancellation));
    }

    /// <summary>All at once: they find one another in any order.</summary>
    private async Task StartMany(UpOptions options, ClusterSize size, string natives, string database, ISteps steps, CancellationToken cancellation)
    {
        var broker = new RabbitMqService(_house, Ports.AnyFree(), _say);
        await steps.Step("RabbitMQ", async () =>
        {
            await Begin(new(broker.Service, "rabbitmq", StopsBeforeLast));
            await broker.Service.Await(() => broker.Answers(cancellation), Patience, cancellation);
        });
        var plan = new ClusterPlan
        {
            Size = size, FolderOf = _house.Built, Database = database, Broker = broker.Address, Catalog = _house.CatalogFile, OperatorFile = _house.OperatorFile,
            Credentials = _house.Credentials, Natives = natives, Bind = options.Bind, Port = options.Port,
        }.Make();
        var processes = plan.Select(process => (Planned: process, Supervised: Supervise(process))).ToList();
        foreach (var (_, supervised) in processes) await Begin(supervised);
        foreach (var (planned, supervised) in processes.OrderByDescending(process => process.Planned.Kind))
        {
            var patience = planned.Kind == ProcessKind.Worker ? ModelPatience : Patience;
            await steps.Step(planned.Name, () => supervised.Service.Await(() => Health.IsReady(planned.Address, cancellation), patience, cancellation));
        }

        _running = _running! with { Console = plan[^1].Address };
    }

    private Supervised Supervise(ClusterProcess process)
    {
        if (!File.Exists(process.Command.FileName)) throw new CliException($"{process.Command.FileName} is not built.");
        // Its supervisor gone without a word, it must not go on with a database that is going down.
        var service = new Service(process.Name, process.Command, atDeath: "KILL", grace: TimeSpan.FromSeconds(40), new LogFile(_house.Log(process.Name)), _say);
        return new(service, process.Name, (int)process.Kind) { Address = process.Address, MetricsPort = process.MetricsPort };
    }

    private async Task Begin(Supervised supervised)
    {
        _services.Add(supervised);
        await supervised.Service.Start();
        Write();
    }

    private RunningPlatform Write()
    {
        lock (_writing)
        {
            var processes = _services.Select(one => new RunningProcess(one.Service.Name, one.Log, one.Service.Pid ?? 0, one.Service.Since, one.Service.Restarts, one.Address, one.MetricsPort));
            var running = _running! with { Processes = [.. processes] };
            running.Write(_house);
            return running;
        }
    }

    /// <param name="Log">Name of its log.</param>
    /// <param name="Stage">Those of a lower one stop first, those of the same together.</param>
    private sealed record Supervised(Service Service, string Log, int Stage)
    {
        public string? Address { get; init; }
        public int MetricsPort { get; init; }
    }
}
