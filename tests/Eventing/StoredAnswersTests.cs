using System.Text;
using Platform.Contracts.Generations;
using Platform.Eventing.Answers;
using Platform.Eventing.Content;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

public sealed class StoredAnswersTests : IAsyncLifetime
{
    private const string Project = "project-a";
    private static readonly CancellationToken None = CancellationToken.None;
    private TestDatabase _database = null!; // set before each test
    private LedgerHost _host = null!; // set before each test

    private StoredAnswers Answers => _host.Get<StoredAnswers>();

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabase();
        _host = await LedgerHost.Start(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task What_was_saved_is_found_by_its_project_and_no_other()
    {
        var answer = Response("r1") with { Metadata = """{"a": "b"}""", Deltas = [5, 1, 300] };
        await Answers.Save(answer, [], None);
        await Answers.Save(answer with { Model = "again" }, [], None);
        var found = await Answers.Find(Project, StoredAnswer.Response, "r1", None);
        Assert.Equivalent(answer with { CreatedAt = found!.CreatedAt }, found);
        Assert.Equal(answer.CreatedAt, found.CreatedAt, TimeSpan.FromMilliseconds(1));
        Assert.Null(await Answers.Find("project-b", StoredAnswer.Response, "r1", None));
        Assert.Null(await Answers.Find(Project, StoredAnswer.Chat, "r1", None));
    }

    /// <summary>Behaviour 41: two branches from one parent do not see each other.</summary>
    [Fact]
    public async Task A_context_is_what_was_said_on_the_way_there()
    {
        await Answers.Save(Response("r1"), [In("a"), Out("b")], None);
        await Answers.Save(Response("r2", "r1"), [In("c"), Out("d")], None);
        await Answers.Save(Response("r3", "r1"), [In("e"), In("f"), Out("g")], None);
        Assert.Equal(["a", "b", "c", "d"], Ids(await Answers.Context(Project, "r2", withOutput: true, None)));
        Assert.Equal(["a", "b", "e", "f"], Ids(await Answers.Context(Project, "r3", withOutput: false, None)));
        Assert.Equal(["a"], Ids(await Answers.Context(Project, "r1", withOutput: false, None)));
        Assert.Null(await Answers.Context("project-b", "r2", withOutput: true, None));
        Assert.Null(await Answers.Context(Project, "r4", withOutput: true, None));
    }

    [Fact]
    public async Task A_chain_that_lost_a_link_is_no_context()
    {
        await Answers.Save(Response("r1"), [In("a"), Out("b")], None);
        await Answers.Save(Response("r2", "r1"), [In("c"), Out("d")], None);
        Assert.True(await Answers.Delete(Project, StoredAnswer.Response, "r1", None));
        Assert.Null(await Answers.Context(Project, "r2", withOutput: true, None));
    }

    [Fact]
    public async Task Deleting_erases_all_that_was_said_and_leaves_the_figures()
    {
        var figures = Some.Figures() with { GenerationId = "r1", ProjectId = Project };
        await _host.Record(figures, content: new GenerationContent { Request = "{}", Choices = [new ChoiceContent("said", [1], [2])] });
        await Answers.Save(Response("r1"), [In("a"), Out("b")], None);
        Assert.NotNull(await _host.Get<ContentReader>().Read("r1", None));
        Assert.False(await Answers.Delete("project-b", StoredAnswer.Response, "r1", None));
        Assert.True(await Answers.Delete(Project, StoredAnswer.Response, "r1", None));
        Assert.Null(await Answers.Find(Project, StoredAnswer.Response, "r1", None));
        Assert.Empty(await Answers.Items("r1", None));
        Assert.Null(await Answers.Item(Project, "a", None));
        Assert.Null(await _host.Get<ContentReader>().Read("r1", None));
        Assert.Equal(1L, await _host.Scalar<long>("select count(*) from ledger.mt_events where stream_id = 'r1'"));
        Assert.False(await Answers.Delete(Project, StoredAnswer.Response, "r1", None));
    }

    [Fact]
    public async Task A_list_is_filtered_ordered_and_cut_into_pages()
    {
        for (var i = 0; i < 5; i++)
        {
            await Answers.Save(Response($"c{i}") with { Kind = StoredAnswer.Chat, CreatedAt = Created.AddSeconds(i / 2), Model = i == 4 ? "other" : "m", Metadata = $$"""{"n": "{{i % 2}}", "same": "x"}""" }, [], None);
        }

        Assert.Equal(["c4", "c3", "c2", "c1", "c0"], await List(new(Project, StoredAnswer.Chat, null, new Dictionary<string, string>(), null, 10, true)));
        Assert.Equal(["c0", "c1", "c2", "c3"], await List(new(Project, StoredAnswer.Chat, "m", new Dictionary<string, string>(), null, 10, false)));
        Assert.Equal(["c3", "c1"], await List(new(Project, StoredAnswer.Chat, null, new Dictionary<string, string> { ["n"] = "1", ["same"] = "x" }, null, 10, true)));
        Assert.Equal(["c2", "c1"], await List(new(Project, StoredAnswer.Chat, null, new Dictionary<string, string>(), "c3", 2, true)));
        Assert.Equal(["c3", "c4"], await List(new(Project, StoredAnswer.Chat, null, new Dictionary<string, string>(), "c2", 10, false)));
        Assert.Empty(await List(new("project-b", StoredAnswer.Chat, null, new Dictionary<string, string>(), null, 10, true)));
    }

    private static DateTimeOffset Created { get; } = new(2026, 3, 14, 15, 9, 26, TimeSpan.Zero);

    private async Task<IEnumerable<string>> List(AnswerQuery query) => (await Answers.List(query, None)).Select(one => one.Id);

    private static IEnumerable<string>? Ids(IReadOnlyList<StoredItem>? items) => items?.Select(item => item.Id);

    private static StoredAnswer Response(string id, string? previous = null) => new(id, StoredAnswer.Response, Project, "m", Created, previous, "{}", Encoding.UTF8.GetBytes($$"""{"id":"{{id}}"}"""), []);

    private static StoredItem In(string id) => new(id, "message", false, "{}");

    private static StoredItem Out(string id) => new(id, "message", true, "{}");
}
