using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Catalog;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Fixtures;
using Platform.Inference.LlamaCpp;
using Platform.LlamaWorker.Models;
using Platform.LlamaWorker.Runs;
using Platform.Messaging.Frames;

namespace Platform.LlamaWorker.Tests;

/// <summary>The worker's run table over bigram models of a catalogue in a folder of its own; frames are kept as they were sent.</summary>
internal sealed class WorkerRig : IAsyncDisposable, IFrameSender
{
    public const string Model = "bigram", Slow = "slow", Gateway = "gateway";

    private readonly string _folder = Directory.CreateTempSubdirectory("platform-worker-").FullName;
    private readonly ConcurrentQueue<(string Address, Frame Frame)> _frames = new();
    private readonly ServiceProvider _services;

    private WorkerRig(string budget, string natives, object[] models)
    {
        WriteCatalogue(models);
        _services = new ServiceCollection().AddLogging().AddCatalog(new CatalogOptions { File = Path.Combine(_folder, "catalog.json") }).BuildServiceProvider();
        var catalog = _services.GetRequiredService<ModelCatalog>();
        var loader = new ModelLoader(catalog, Options.Create(new NativesOptions { Folder = natives }), NullLoggerFactory.Instance);
        Residency = new Residency(loader, MemoryBudget.From(new WorkerOptions { MemoryBudget = budget }), NullLogger<Residency>.Instance);
        Models = new HostedModels(catalog, loader, Residency, NullLogger<HostedModels>.Instance);
        Runs = new RunTable(Models, this, new Orphans(Ledger, NullLogger<Orphans>.Instance), new WorkerIdentity("worker-1"), Clock, NullLogger<RunTable>.Instance);
    }

    public Residency Residency { get; }
    public HostedModels Models { get; }
    public RunTable Runs { get; }
    public ManualTime Clock { get; } = new();
    public RecordedGenerations Ledger { get; } = new();

    /// <summary>Addresses nobody is at.</summary>
    public ConcurrentDictionary<string, bool> Gone { get; } = new();

    public static Task<WorkerRig> Start(params object[] models) => StartWithin("", models: models.Length > 0 ? models : [Bigram(Model), Bigram(Slow, stepDelayMs: 5)]);

    /// <param name="budget">Memory of the worker; empty: the usual.</param>
    public static async Task<WorkerRig> StartWithin(string budget, string natives = "", params object[] models)
    {
        var rig = new WorkerRig(budget, natives, models);
        await rig.Models.StartingAsync(default);
        foreach (var watch in rig._services.GetServices<IHostedService>()) await watch.StartAsync(default);
        await Eventually.Holds(() => !rig.Models.Missing().Any(reason => reason.EndsWith(": loading", StringComparison.Ordinal)));
        return rig;
    }

    public static object Bigram(string id, int contextLength = 2048, double stepDelayMs = 0, int slots = 8, string cacheSharing = "project") =>
        new { id, cache_sharing = cacheSharing, kind = "chat", engine = "bigram", context_length = contextLength, slots, step_delay_ms = stepDelayMs, prices = new { input = 1, cached_input = 1, output = 2 } };

    public static RunChat Run(string model = Model, int maxTokens = 40, string? generation = null) => new()
    {
        GenerationId = generation ?? PublicId.New("chatcmpl-"),
        Run = 1,
        ReplyTo = Gateway,
        Deadline = DateTimeOffset.MaxValue,
        Model = model,
        ProjectId = "default",
        Conversation = new("""[{"role":"user","content":"What is gravity?"}]"""),
        Sampling = new() { Seed = 7 },
        MaxTokens = maxTokens,
        Allowance = int.MaxValue,
    };

    public void WriteCatalogue(params object[] models) =>
        File.WriteAllText(Path.Combine(_folder, "catalog.json"), JsonSerializer.Serialize(new { models }));

    ValueTask<bool> IFrameSender.Send(string address, Frame frame, CancellationToken cancellation)
    {
        _frames.Enqueue((address, frame));
        return new(!Gone.ContainsKey(address));
    }

    public IReadOnlyList<Frame> FramesOf(RunChat run, string address = Gateway) =>
        [.. _frames.Where(sent => sent.Address == address && sent.Frame.GenerationId == run.GenerationId && sent.Frame.Run == run.Run).Select(sent => sent.Frame)];

    /// <summary>Waits until every choice has ended, or the run has failed.</summary>
    public async Task<Received> Finish(RunChat run, string address = Gateway)
    {
        var frames = await Eventually.Holds(
            () => Task.FromResult(FramesOf(run, address)), frames => frames.Any(frame => frame.Error is not null) || frames.Where(frame => frame.Finish is not null).Select(frame => frame.Choice).Distinct().Count() == run.Choices);
        return new Received(frames);
    }

    public async Task<Received> Accept(RunChat run)
    {
        await Runs.Accept(run);
        return await Finish(run);
    }

    public async ValueTask DisposeAsync()
    {
        await Runs.Clear();
        await Models.StopAsync(default);
        foreach (var watch in _services.GetServices<IHostedService>()) await watch.StopAsync(default);
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>What the worker itself recorded.</summary>
internal sealed class RecordedGenerations : IGenerationLedger
{
    private readonly ConcurrentQueue<GenerationFinished> _all = new();

    public IReadOnlyList<GenerationFinished> All => [.. _all];

    public Task Record(GenerationFinished finished, CancellationToken cancellation)
    {
        _all.Enqueue(finished);
        return Task.CompletedTask;
    }
}

/// <summary>What a gateway makes of frames.</summary>
internal sealed record Received(IReadOnlyList<Frame> Frames)
{
    public int[] Tokens(int choice = 0) => [.. Of(choice).SelectMany(frame => frame.Tokens)];
    public int[] Micros(int choice = 0) => [.. Of(choice).SelectMany(frame => frame.Micros)];
    public string Text(int choice = 0) => Encoding.UTF8.GetString([.. Of(choice).SelectMany(frame => frame.Text)]);
    public FinishReason? Finish(int choice = 0) => Of(choice).LastOrDefault()?.Finish;
    public RunError? Error => Frames.FirstOrDefault(frame => frame.Error is not null)?.Error;
    public RunStarted? Started => Frames.FirstOrDefault(frame => frame.Started is not null)?.Started;

    public IEnumerable<Frame> Of(int choice) => Frames.Where(frame => frame.Choice == choice);
}

/// <summary>A clock that a test moves.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _ticks = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => Interlocked.Read(ref _ticks);
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);
    public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
