using Platform.Contracts.Generations;
using Platform.Eventing.Appending;
using Platform.Fixtures;

namespace Platform.Eventing.Tests;

/// <summary>What was said is in one table and nowhere else: not in the events, not in a log at any level, also when everything fails.</summary>
public sealed class PrivacyTests
{
    private const string Prompt = "the-prompt-4711";
    private const string Output = "the-output-0815";

    [Fact]
    public async Task Prompt_and_output_are_in_no_log_and_in_no_event()
    {
        await using var database = await PostgresServer.CreateDatabase();
        await using var host = await LedgerHost.Start(database, leader: true);
        var content = new GenerationContent { Request = $$"""{"messages":[{"content":"{{Prompt}}"}]}""", Choices = [new(Output, [1], [1])] };
        var duplicate = Some.Figures();
        await host.Record(duplicate, content: content);

        var load = Enumerable.Range(0, 400).Select(i => host.Record(i % 50 == 7 ? duplicate : Some.Figures(), (Outcome)(i % 3), content)).ToArray();
        await database.TerminateConnections();
        await Assert.ThrowsAsync<AppendRefusedException>(() => host.Record(Some.Figures() with { Worker = "\0" }, content: content));
        await Task.WhenAll(load);
        await host.Execute("alter table ledger.generation_content add constraint broken check (project_id <> 'proj_broken')");
        await Assert.ThrowsAsync<AppendRefusedException>(() => host.Record(Some.Figures() with { ProjectId = "proj_broken" }, content: content));
        await host.CaughtUp();

        Assert.Contains("was refused", host.Logs.All);
        Assert.DoesNotContain(Prompt, host.Logs.All);
        Assert.DoesNotContain(Output, host.Logs.All);
        foreach (var table in (string[])["mt_events", "mt_streams", "mt_event_progression", "usage_minute", "usage_hour", "usage_day"])
            Assert.Equal(0, await host.Scalar<long>($"select count(*) from ledger.{table} as t where t::text like '%{Prompt}%' or t::text like '%{Output}%'"));
        Assert.Equal(393, await host.Scalar<long>($"select count(*) from ledger.generation_content where convert_from(request, 'UTF8') like '%{Prompt}%'"));
    }
}
