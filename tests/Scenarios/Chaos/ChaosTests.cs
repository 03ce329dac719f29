using Platform.Fixtures;
using Platform.Scenarios.Tests.Cluster;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>Whatever is killed, held up, cut off or stopped, in an order that a seed gives: streams are those that nobody disturbed, byte for byte, and the books agree.</summary>
public sealed class ChaosTests(ChaosFixture fixture, ITestOutputHelper output) : IClassFixture<ChaosFixture>, IAsyncLifetime
{
    private const int Clients = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChaosPlan _plan = new();
    private readonly Outcomes _outcomes = new();
    private readonly Timeline _timeline = new();
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
        var before = (await _books.Events()).Select(recorded => recorded.Id).ToHashSet();
        var memory = new MemoryWatch(Cluster);
        using var until = new CancellationTokenSource();
        var running = Task.WhenAll(new Load(_client, _answers, _outcomes, _plan.Seed).Run(Clients, until.Token), memory.Run(until.Token));
        until.CancelAfter(_plan.Length);
        await Disturb(until.Token);
        await running;

        Tell(memory);
        foreach (var wrong in _outcomes.Wrong) output.WriteLine(wrong);
        await NothingIsHeld();
        await EveryAnswerIsRecorded(before);
        Assert.Empty(_outcomes.Wrong);
        await _books.Agree((await _books.Events()).Count);
        foreach (var member in Cluster.Members)
        {
            var troubles = LogTroubles.Of(member);
            Assert.True(troubles is { Unawaited.Count: 0, Unhandled.Count: 0 }, $"{member.Name}: {troubles.Unawaited.Concat(troubles.Unhandled).FirstOrDefault()}");
        }
    }

    private async Task Disturb(CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var (next, since) = (_plan.Next(), DateTime.UtcNow);
            _timeline.Begin(next);
            var told = await next.Do(Cluster[next.Member]);
            output.WriteLine($"{since:HH:mm:ss} {next} {told}");
            if (since + _plan.Every - DateTime.UtcNow is { Ticks: > 0 } rest) await Task.Delay(rest, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    private void Tell(MemoryWatch memory)
    {
        output.WriteLine($"{_outcomes.Told.Count} answered, {_outcomes.Continued} of them over more than one connection, {_outcomes.Left.Count} left, {_outcomes.Unknown} unknown; refusals: {string.Join("; ", _outcomes.Refusals.Select(one => $"{one.Value} × {one.Key}"))}");
        foreach (var line in _timeline.Figures(_outcomes.Pulses)) output.WriteLine(line);
        var columns = new Columns("process", "starts", "MiB after 1 min", "MiB at the end", "MiB/min", "errors", "unawaited", "unhandled");
        foreach (var member in Cluster.Members)
        {
            var (starts, from, to, slope) = memory.Of(member.Name);
            var troubles = LogTroubles.Of(member);
            columns.Add(member.Name, starts, from, to, slope, troubles.Errors.Count, troubles.Unawaited.Count, troubles.Unhandled.Count);
        }

        foreach (var line in columns.Lines()) output.WriteLine(line);
    }

    /// <summary>No grant, nobody waiting, and not one message in any queue.</summary>
    private async Task NothingIsHeld()
    {
        foreach (var model in Recipe.All.Select(recipe => recipe.Model).Distinct())
            await Eventually.Holds(() => _books.Pool(model), pool => pool is { Granted: 0, Waiting: 0 } && pool.Workers.Count == 2, Patience);
        var queues = await Eventually.Holds(() => BrokerQueues.Read(Cluster["rabbitmq"]), queues => queues.Values.Sum() == 0, Patience);
        output.WriteLine($"RabbitMQ: {queues.Count} queues, all empty");
    }

    private async Task EveryAnswerIsRecorded(HashSet<string> before)
    {
        var events = await Eventually.Holds(_books.Events, events => _outcomes.Told.Keys.All(events.Select(recorded => recorded.Id).ToHashSet().Contains), Patience);
        Assert.Equal(events.Count, events.DistinctBy(recorded => recorded.Id).Count());
        foreach (var recorded in events)
        {
            if (_outcomes.Told.TryGetValue(recorded.Id, out var told) && told != (recorded.PromptTokens, recorded.CompletionTokens)) _outcomes.Wrong.Enqueue($"{recorded.Id} was told {told}, recorded {(recorded.PromptTokens, recorded.CompletionTokens)}");
            if (_outcomes.Left.TryGetValue(recorded.Id, out var heard) && heard > recorded.CompletionTokens) _outcomes.Wrong.Enqueue($"{recorded.Id} was heard for {heard} tokens, recorded with {recorded.CompletionTokens}");
        }

        var strangers = events.Count(recorded => !before.Contains(recorded.Id) && !_outcomes.Told.ContainsKey(recorded.Id) && !_outcomes.Left.ContainsKey(recorded.Id));
        Assert.InRange(strangers, 0, _outcomes.Unknown);
    }
}
