using System.Globalization;
using Platform.Cli.Processes;
using Platform.Fixtures;
using Platform.Scenarios.Tests.Cluster;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>
/// Whatever is killed, held up or stopped, in an order that a seed gives: streams are those that nobody disturbed, byte for byte, and the books agree.
/// <c>PLATFORM_CHAOS_SEED</c> and <c>PLATFORM_CHAOS_MINUTES</c> make it another or longer run, <c>PLATFORM_CHAOS_ONLY</c> one of some disturbances only, by a part of their names.
/// </summary>
public sealed class ChaosTests(ClusterFixture fixture, ITestOutputHelper output) : IClassFixture<ClusterFixture>, IAsyncLifetime
{
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("PLATFORM_CHAOS_SEED") ?? "1", CultureInfo.InvariantCulture);
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(double.Parse(Environment.GetEnvironmentVariable("PLATFORM_CHAOS_MINUTES") ?? "0.3", CultureInfo.InvariantCulture));

    private static readonly List<Disturbance> Possible = [.. Disturbance.All.Where(one => one.ToString().Contains(Environment.GetEnvironmentVariable("PLATFORM_CHAOS_ONLY") ?? "", StringComparison.Ordinal))];

    private PatientClient _client = null!; // set before the first test
    private Books _books = null!;
    private Dictionary<string, string> _answers = null!;

    private TestCluster Cluster => fixture.Cluster;

    public async ValueTask InitializeAsync()
    {
        await Cluster.Settled();
        _client = new PatientClient(Cluster);
        _books = await Books.Open(Cluster);
        _answers = await Answers();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _books.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_lost_repeated_or_billed_twice()
    {
        var random = new Random(Seed);
        using var until = new CancellationTokenSource();
        var load = new Load(_client, _answers, Seed);
        var before = (await _books.Events()).Select(recorded => recorded.Id).ToHashSet();
        var clients = load.Run(clients: 12, until.Token);
        var memory = Memory();
        until.CancelAfter(Length);
        while (!until.IsCancellationRequested)
        {
            var next = Possible[random.Next(Possible.Count)];
            output.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {next} {await next.Do(Cluster[next.Member])}");
        }

        await clients;
        foreach (var (name, megabytes, restarts) in memory)
            if (Cluster[name].Restarts == restarts) output.WriteLine($"{name}: {megabytes} MB, now {MemoryOf(name)} MB");
        await Check(load, before);
    }

    private List<(string Name, long Megabytes, int Restarts)> Memory() => [.. Cluster.Members.Select(member => (member.Name, MemoryOf(member.Name), member.Restarts))];

    /// <summary>Resident memory of a process and those it started.</summary>
    private long MemoryOf(string name) => SessionProcesses.Of(Cluster[name].Pid).Sum(ResidentKilobytes) / 1024;

    private static long ResidentKilobytes(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has just ended
        }
    }

    /// <summary>What each recipe says when nothing disturbs it.</summary>
    private async Task<Dictionary<string, string>> Answers()
    {
        var answers = new Dictionary<string, string>();
        foreach (var recipe in Recipe.All)
        {
            var heard = await _client.Stream(recipe, 0);
            Assert.True(heard is { IsDone: true, Connections: 1 }, heard.Error);
            answers[recipe.Name] = heard.Said;
        }

        return answers;
    }

    private async Task Check(Load load, HashSet<string> before)
    {
        output.WriteLine($"{load.Told.Count} answered, {load.Continued} continued, {load.Left.Count} left, {load.Unknown} unknown; refusals: {string.Join("; ", load.Refusals.Select(one => $"{one.Value} × {one.Key}"))}");
        var gaps = load.Gaps.Order().ToList();
        if (gaps.Count > 0) output.WriteLine($"gap p50 {gaps[gaps.Count / 2].TotalMilliseconds:0} ms, p99 {gaps[(int)(gaps.Count * 0.99)].TotalMilliseconds:0} ms, most {gaps[^1].TotalMilliseconds:0} ms");
        foreach (var wrong in load.Wrong) output.WriteLine(wrong);

        foreach (var recipe in Recipe.All.Select(recipe => recipe.Model).Distinct())
            await Eventually.Holds(() => _books.Pool(recipe), pool => pool is { Granted: 0, Waiting: 0 } && pool.Workers.Count == 2, TimeSpan.FromSeconds(60));
        var events = await Eventually.Holds(
            _books.Events, events => load.Told.Keys.All(events.Select(recorded => recorded.Id).ToHashSet().Contains), TimeSpan.FromSeconds(60));
        Assert.Equal(events.Count, events.DistinctBy(recorded => recorded.Id).Count());
        foreach (var recorded in events.Where(recorded => load.Told.ContainsKey(recorded.Id)))
            if (load.Told[recorded.Id] != (recorded.PromptTokens, recorded.CompletionTokens)) load.Wrong.Enqueue($"{recorded.Id} was told {load.Told[recorded.Id]}, recorded {(recorded.PromptTokens, recorded.CompletionTokens)}");
        var strangers = events.Count(recorded => !before.Contains(recorded.Id) && !load.Told.ContainsKey(recorded.Id) && !load.Left.ContainsKey(recorded.Id));
        Assert.InRange(strangers, 0, load.Unknown);
        Assert.Empty(load.Wrong);

        await _books.Agree((await _books.Events()).Count);
    }
}
