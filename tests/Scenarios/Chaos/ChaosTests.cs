using Platform.Fixtures;
using Platform.Scenarios.Tests.Cluster;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>Whatever is killed, held up, cut off or stopped, in an order that a seed gives: streams are those that nobody disturbed, byte for byte, and the books agree.</summary>
public sealed class ChaosTests(ChaosFixture fixture, ITestOutputHelper output) : IClassFixture<ChaosFixture>, IAsyncLifetime
{
    private const int Clients = 10, OpenAi = 2, Limited = 2;

    /// <summary>MiB a minute that a process of the platform may grow by once it is warm, where it lived long enough to tell.</summary>
    private const double Growth = 1, MinutesToTell = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChaosPlan _plan = new();
    private readonly Outcomes _outcomes = new();
    private readonly Timeline _timeline = new();
    private readonly Dictionary<Recipe, Answer> _answers = [];
    private PatientClient _client = null!; // set before the first test
    private Books _books = null!;
    private LimitedProject _limited = null!;

    private TestCluster Cluster => fixture.Cluster;

    private static IReadOnlyList<Recipe> Recipes => ChaosPlan.SmolLmClients > 0 ? [.. Recipe.All, .. Recipe.Real] : Recipe.All;

    public async ValueTask InitializeAsync()
    {
        await Cluster.Settled();
        _client = new PatientClient(Cluster);
        _books = await Books.Open(Cluster, LimitedProject.Id);
        _limited = await LimitedProject.Create(Cluster, _books);
        foreach (var recipe in Recipes)
        {
            var heard = await _client.Stream(recipe, 0);
            Assert.True(heard is { IsDone: true, Connections: 1 }, heard.Error);
            _answers[recipe] = new Answer(recipe, heard);
        }
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
        var (memory, openAi) = (new MemoryWatch(Cluster), new OpenAiClients(Cluster, _answers, _outcomes));
        using var until = new CancellationTokenSource();
        List<PatientClient> limited = [.. _limited.Secrets.Select(secret => new PatientClient(Cluster, secret))];
        var running = Task.WhenAll(
        [
            new Load(_client, Recipe.All, _answers, _outcomes, _plan.Seed).Run(Clients, until.Token),
            new Load(_client, Recipe.Real, _answers, _outcomes, _plan.Seed).Run(ChaosPlan.SmolLmClients, until.Token),
            .. limited.Select(client => new Load(client, Recipe.All, _answers, _outcomes, _plan.Seed, isLimited: true).Run(Limited, until.Token)),
            openAi.Run(OpenAi, until.Token), memory.Run(until.Token),
        ]);
        until.CancelAfter(_plan.Length);
        await Disturb(until.Token);
        await running;
        limited.ForEach(client => client.Dispose());

        Tell(memory, openAi);
        await NothingIsHeld();
        await EveryAnswerIsRecorded(before);
        foreach (var wrong in _outcomes.Wrong) output.WriteLine(wrong);
        Assert.Empty(_outcomes.Wrong);
        Assert.InRange(openAi.Broken, 0, OpenAi * _timeline.Times("gateway"));
        await _books.Agree((await _books.Events()).Count);
        foreach (var member in Cluster.Members)
        {
            var troubles = LogTroubles.Of(member);
            Assert.True(troubles is { Unawaited.Count: 0, Unhandled.Count: 0 }, $"{member.Name}: {troubles.Unawaited.Concat(troubles.Unhandled).FirstOrDefault()}");
            Assert.False(member.Address is not null && memory.Of(member.Name) is { Minutes: > MinutesToTell, Slope: > Growth } grew, $"{member.Name} grew by {memory.Of(member.Name).Slope:0.00} MiB a minute");
        }
    }

    private async Task Disturb(CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var (next, since) = (_plan.Next(), DateTime.UtcNow);
            _timeline.Begin(next);
            var told = await next.Do(Cluster[next.Member]);
            _timeline.End();
            output.WriteLine($"{since:HH:mm:ss} {next} {told}");
            if (since + _plan.Every - DateTime.UtcNow is { Ticks: > 0 } rest) await Task.Delay(rest, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tell(MemoryWatch memory, OpenAiClients openAi)
    {
        output.WriteLine($"{_outcomes.Told.Count} answered, {_outcomes.Continued} of them over more than one connection, {openAi.Answered} to the openai package; {_outcomes.Left.Count} left, {openAi.Broken} of them broke for the openai package; {_outcomes.Unknown} unknown; refusals: {string.Join("; ", _outcomes.Refusals.Select(one => $"{one.Value} × {one.Key}"))}");
        foreach (var line in _timeline.Figures(_outcomes)) output.WriteLine(line);
        var columns = new Columns("process", "starts", "longest life, min", "MiB after 10 min", "MiB at its end", "MiB/min", "errors", "unawaited", "unhandled");
        foreach (var member in Cluster.Members)
        {
            var (starts, minutes, from, to, slope) = memory.Of(member.Name);
            var troubles = LogTroubles.Of(member);
            columns.Add(member.Name, starts, minutes, from, to, slope, troubles.Errors.Count, troubles.Unawaited.Count, troubles.Unhandled.Count);
        }

        foreach (var line in columns.Lines()) output.WriteLine(line);
    }

    /// <summary>No grant, nobody waiting, and not one message in any queue.</summary>
    private async Task NothingIsHeld()
    {
        foreach (var model in Recipes.Select(recipe => recipe.Model).Distinct())
            await Eventually.Holds(() => _books.Pool(model), pool => pool is { Granted: 0, Waiting: 0 } && pool.Workers.Count == 2, Patience);
        var queues = await Eventually.Holds(() => BrokerQueues.Read(Cluster["rabbitmq"]), queues => queues.Values.Sum() == 0, Patience);
        output.WriteLine($"RabbitMQ: {queues.Count} queues, all empty");
    }

    private async Task EveryAnswerIsRecorded(HashSet<string> before)
    {
        var events = await Eventually.Holds(_books.Events, events => _outcomes.Told.Keys.All(events.Select(recorded => recorded.Id).ToHashSet().Contains), Patience);
        Assert.Equal(events.Count, events.DistinctBy(recorded => recorded.Id).Count());
        var bills = new Bills(_outcomes, _timeline);
        events.ForEach(bills.Check);
        output.WriteLine($"{bills.Abandoned} streams that were left are billed for what was heard at least and what was made up to the grace at most; {_limited.Check(events, _outcomes)}");

        var strangers = events.Count(recorded => !before.Contains(recorded.Id) && !_outcomes.Told.ContainsKey(recorded.Id) && !_outcomes.Left.ContainsKey(recorded.Id));
        Assert.InRange(strangers, 0, _outcomes.Unknown);
    }
}
