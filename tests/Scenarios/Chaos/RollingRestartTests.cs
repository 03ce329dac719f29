using Platform.Fixtures;
using Platform.Scenarios.Tests.Cluster;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>A new version is rolled out under load: every service is told to stop and started again, one after the other, and no client sees a broken stream.</summary>
public sealed class RollingRestartTests(ChaosFixture fixture, ITestOutputHelper output) : IClassFixture<ChaosFixture>, IAsyncLifetime
{
    private const int Streams = 50, Rounds = 2;

    /// <summary>What Kubernetes and the supervisor leave a process from SIGTERM to its end.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>A few seconds each.</summary>
    private static readonly Recipe Recipe = new("a restart", TestCatalogue.Steady, 1, """ "seed":23,"max_tokens":60 """);

    private readonly Outcomes _outcomes = new();
    private PatientClient _client = null!; // set before the test
    private Books _books = null!;

    private TestCluster Cluster => fixture.Cluster;

    public async ValueTask InitializeAsync()
    {
        await Cluster.Settled();
        _client = new PatientClient(Cluster);
        _books = await Books.Open(Cluster);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _books.DisposeAsync();
    }

    [Fact]
    public async Task No_stream_breaks_while_every_service_is_restarted_twice()
    {
        var answer = (await _client.Stream(Recipe, 0)).Said;
        using var until = new CancellationTokenSource();
        var clients = Task.WhenAll(Enumerable.Range(0, Streams).Select(i => Ask(i, answer, until.Token)));
        var columns = new Columns(["process", .. Enumerable.Range(1, Rounds).Select(round => $"SIGTERM to exit, round {round}")]);
        var services = Cluster.Members.Where(member => member.Address is not null).ToList();
        var ended = services.ToDictionary(member => member.Name, _ => new List<TimeSpan>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var member in services) ended[member.Name].Add(await member.Restart());
        }

        await until.CancelAsync();
        await clients;
        foreach (var (name, times) in ended) columns.Add([name, .. times.Cast<object?>()]);
        foreach (var line in columns.Lines()) output.WriteLine(line);
        output.WriteLine($"{_outcomes.Told.Count} streams, {_outcomes.Continued} of them over more than one connection; refusals: {string.Join("; ", _outcomes.Refusals.Select(one => $"{one.Value} × {one.Key}"))}");
        foreach (var line in new Timeline().Figures(_outcomes)) output.WriteLine(line);
        Assert.Empty(_outcomes.Wrong);
        Assert.All(ended, one => Assert.All(one.Value, time => Assert.InRange(time, TimeSpan.Zero, Grace)));
        await Eventually.Holds(_books.Events, events => _outcomes.Told.Keys.All(events.Select(recorded => recorded.Id).ToHashSet().Contains), TimeSpan.FromSeconds(60));
        await _books.Agree((await _books.Events()).Count);
    }

    /// <summary>One stream after the other; a gateway that refuses or is away is passed over.</summary>
    private async Task Ask(int client, string answer, CancellationToken until)
    {
        await Task.Yield();
        for (var gateway = client; !until.IsCancellationRequested; gateway++)
        {
            var heard = await _client.Stream(Recipe, gateway);
            if (heard.Id is null)
            {
                _outcomes.Refused(heard.Error!); // nothing came
                await Task.Delay(Load.Pause, CancellationToken.None);
                continue;
            }

            _outcomes.Pulses.Enqueue(heard.Pulse);
            if (heard is { IsDone: true, EachChoiceEndedOnce: true } && heard.Said == answer) _outcomes.Told[heard.Id] = heard.Usage!.Value; // asked for
            else _outcomes.Wrong.Enqueue($"{heard.Id} broke at {heard.Position} over {heard.Connections} connections: {heard.Error}\n{heard.Said}");
        }
    }
}
