using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Platform.Contracts.Generations;
using Platform.Eventing.Answers;
using Platform.Fixtures;
using Platform.Grains.Sessions;

namespace Platform.Silo.Tests.Sessions;

public sealed class SessionTests(SiloHost silo)
{
    private const string Project = "project-a";

    [Fact]
    public async Task An_idle_conversation_comes_back_from_its_events()
    {
        var session = New(out var id);
        await session.Start(Project, """{"topic":"a"}""", [Item("msg_1")]);
        await session.Add(Project, [Item("msg_2"), Item("msg_3", isOutput: true)]);
        await session.Remove(Project, "msg_1");
        await session.Change(Project, """{"topic":"b"}""");
        var before = await session.Read(Project);
        await LeaveMemory(session);

        Assert.Equal(before, await session.Read(Project));
        Assert.Equal((id, """{"topic":"b"}"""), (before!.Id, before.Metadata));
        Assert.Equal([Item("msg_2"), Item("msg_3", isOutput: true)], await session.Items(Project));
        await session.Add(Project, [Item("msg_4")]);
        Assert.Equal(["msg_2", "msg_3", "msg_4"], (await session.Items(Project))!.Select(item => item.Id));
    }

    [Fact]
    public async Task A_project_sees_only_its_own()
    {
        var session = New(out _);
        await session.Start(Project, "{}", [Item("msg_1")]);
        Assert.Null(await session.Read("project-b"));
        Assert.Null(await session.Items("project-b"));
        Assert.False(await session.Add("project-b", [Item("msg_2")]));
        Assert.False(await session.End("project-b"));
        Assert.Single((await session.Items(Project))!);
    }

    [Fact]
    public async Task An_unknown_conversation_is_none_and_leaves_no_trace()
    {
        var session = New(out _);
        Assert.Null(await session.Read(Project));
        Assert.False(await session.Add(Project, [Item("msg_1")]));
        Assert.False(await session.Remove(Project, "msg_1"));
        Assert.False(await session.End(Project));
    }

    [Fact]
    public async Task What_was_said_is_erased_with_its_conversation()
    {
        var session = New(out var id);
        await session.Start(Project, "{}", [Item("msg_1")]);
        await session.Add(Project, [Item("msg_2")]);
        var content = silo.Services.GetRequiredService<StoredAnswers>();
        Assert.Equal(2, (await content.Items(id, CancellationToken.None)).Count);
        Assert.True(await session.End(Project));
        Assert.Empty(await content.Items(id, CancellationToken.None));
        Assert.Null(await session.Read(Project));
        await LeaveMemory(session);
        Assert.Null(await session.Read(Project));
    }

    [Fact]
    public async Task Turns_that_end_at_once_are_each_added_whole()
    {
        var session = New(out _);
        await session.Start(Project, "{}", []);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(turn => session.Add(Project, [Item($"msg_{turn}_in"), Item($"msg_{turn}_out", isOutput: true)])));
        var items = await session.Items(Project);
        Assert.Equal(40, items!.Count);
        for (var i = 0; i < 40; i += 2) Assert.Equal(items[i].Id.Replace("_in", "_out", StringComparison.Ordinal), items[i + 1].Id);
    }

    /// <summary>As a second activation would, after a silo was lost: it writes at the version it finds.</summary>
    [Fact]
    public async Task Another_writer_of_the_same_stream_is_noticed_and_its_items_are_kept()
    {
        var session = New(out var id);
        await session.Start(Project, "{}", [Item("msg_1")]);
        var store = silo.Services.GetRequiredService<Marten.IDocumentStore>();
        await using (var other = store.LightweightSession())
        {
            other.Events.Append(id, 2, new Eventing.Sessions.SessionItemsAdded(["msg_2"]));
            AnswerTables.Add(other, id, Project, 1, [new StoredItem("msg_2", "message", false, Item("msg_2").Json)]);
            await other.SaveChangesAsync();
        }

        Assert.True(await session.Add(Project, [Item("msg_3")]));
        Assert.Equal(["msg_1", "msg_2", "msg_3"], (await session.Items(Project))!.Select(item => item.Id));
    }

    private ISession New(out string id) => silo.Grains.GetGrain<ISession>(id = PublicId.New("conv_"));

    private static SessionItem Item(string id, bool isOutput = false) => new(id, "message", isOutput, $$"""{"id":"{{id}}","type":"message"}""");

    /// <summary>What the collector does to an idle grain.</summary>
    private static Task LeaveMemory(ISession session) => session.Cast<IGrainManagementExtension>().DeactivateOnIdle().AsTask();
}
