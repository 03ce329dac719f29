using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Fixtures;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Responses;

public class BackgroundTests(PlatformFixture platform)
{
    private HttpClient Client => platform.Client;

    [Fact]
    public async Task It_is_answered_at_once_and_polled_to_its_end()
    {
        var whole = await Client.Respond(ResponsesClient.Body("background", more: "\"max_output_tokens\":32"));
        var queued = await Client.Respond(ResponsesClient.Body("background", more: "\"max_output_tokens\":32,\"background\":true"));
        Assert.Equal(("queued", true), (queued.GetProperty("status").GetString(), queued.GetProperty("background").GetBoolean()));
        var ended = await Eventually.Holds(() => Get(queued.Id()), IsEnded);
        Assert.Equal((whole.OutputText(), whole.GetProperty("status").GetString()), (ended.OutputText(), ended.GetProperty("status").GetString()));
        OpenAiSchemas.Check("Response", ended);
        Assert.Equal(["background", whole.OutputText()], (await Client.GetAnswer($"v1/responses/{(await Next(ended.Id())).Id()}/input_items?order=asc")).Json.GetProperty("data").EnumerateArray().Take(2).Select(item => item.GetProperty("content")[0].GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Its_events_are_streamed_as_they_come_and_again_from_any_of_them()
    {
        var live = await Client.Stream(ResponsesClient.Body(model: TestCatalogue.Slow, more: "\"max_output_tokens\":60,\"background\":true,\"stream\":true"));
        Assert.Equal(["response.created", "response.queued", "response.in_progress"], live.Take(3).Select(one => one.Name));
        Assert.Equal(Enumerable.Range(0, live.Count).Select(i => (long)i), live.Select(one => one.Number));
        Assert.Equal("response.incomplete", live[^1].Name);
        Assert.Equal(live[^1].Data.GetProperty("response").OutputText(), string.Concat(live.Where(one => one.Name == "response.output_text.delta").Select(one => one.Data.GetProperty("delta").GetString())));
        var id = live[0].Data.GetProperty("response").Id();
        Assert.Equal(live.Skip(11).Select(one => one.Data.GetRawText()), (await Client.StreamAgain(id, "&starting_after=10")).Select(one => one.Data.GetRawText()));
    }

    /// <summary>Behaviour 40.</summary>
    [Fact]
    public async Task It_is_cancelled_and_stays_so()
    {
        var id = (await Client.Respond(ResponsesClient.Body(model: TestCatalogue.Slow, more: "\"max_output_tokens\":3000,\"background\":true"))).Id();
        await Eventually.Holds(() => Get(id), response => response.OutputText().Length > 0);
        var (status, cancelled) = await Client.GetAnswer($"v1/responses/{id}/cancel", HttpMethod.Post);
        Assert.Equal((200, "cancelled", JsonValueKind.Null), (status, cancelled.GetProperty("status").GetString(), cancelled.GetProperty("usage").ValueKind));
        OpenAiSchemas.Check("Response", cancelled);
        var again = await Client.GetAnswer($"v1/responses/{id}/cancel", HttpMethod.Post);
        Assert.Equal(cancelled.GetRawText(), again.Json.GetRawText());
        await Eventually.Holds(async () => await platform.ContentOf(id), content => content is not null); // its generation was stopped and recorded
        Assert.Equal(cancelled.GetRawText(), (await Get(id)).GetRawText());
        Assert.Equal("response.incomplete", (await Client.StreamAgain(id))[^1].Name);
    }

    [Fact]
    public async Task A_response_whose_gateway_died_is_taken_on_by_another()
    {
        var id = (await Client.Respond(ResponsesClient.Body(model: TestCatalogue.Slow, more: "\"max_output_tokens\":150,\"background\":true"))).Id();
        await Eventually.Holds(() => Get(id), response => response.OutputText().Length > 0);
        // what a gateway that died leaves: a lease nobody renews any more, here lapsed and held by nobody who still may write
        await using (var lapse = platform.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("update ledger.background_responses set attempt = attempt + 1, lease_until = now() where id = $1"))
        {
            lapse.Parameters.Add(new() { Value = id });
            Assert.Equal(1, await lapse.ExecuteNonQueryAsync());
        }

        var ended = await Eventually.Holds(() => Get(id), IsEnded);
        Assert.Equal("incomplete", ended.GetProperty("status").GetString());
        Assert.Equal(150, ended.GetProperty("usage").GetProperty("output_tokens").GetInt32());
        await using var count = platform.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("select string_agg(type, ' ' order by version) from ledger.mt_events where stream_id = $1");
        count.Parameters.Add(new() { Value = $"{id}/background" });
        Assert.Equal("response_requested response_claimed response_claimed response_ended", await count.ExecuteScalarAsync());
    }

    /// <summary>At temperature 1 and without a seed of its own, the one who takes it on draws what the one before drew.</summary>
    [Fact]
    public async Task What_was_said_before_it_was_taken_on_is_said_again()
    {
        var body = ResponsesClient.Body(model: TestCatalogue.Slow, more: "\"max_output_tokens\":150,\"ignore_eos\":true,\"background\":true").Replace("\"temperature\":0", "\"temperature\":1", StringComparison.Ordinal);
        var id = (await Client.Respond(body)).Id();
        var before = await Eventually.Holds(() => Get(id), response => response.OutputText().Length > 40);
        await using (var lapse = platform.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("update ledger.background_responses set attempt = attempt + 1, lease_until = now() where id = $1"))
        {
            lapse.Parameters.Add(new() { Value = id });
            Assert.Equal(1, await lapse.ExecuteNonQueryAsync());
        }

        var ended = await Eventually.Holds(() => Get(id), IsEnded);
        Assert.StartsWith(before.OutputText(), ended.OutputText(), StringComparison.Ordinal);
        Assert.Equal(150, ended.GetProperty("usage").GetProperty("output_tokens").GetInt32());
        var other = (await Client.Respond(body)).Id();
        Assert.NotEqual(ended.OutputText(), (await Eventually.Holds(() => Get(other), IsEnded)).OutputText());
    }

    [Fact]
    public async Task A_deleted_one_is_gone_and_runs_no_more()
    {
        var id = (await Client.Respond(ResponsesClient.Body(model: TestCatalogue.Slow, more: "\"max_output_tokens\":3000,\"background\":true"))).Id();
        Assert.Equal(200, (await Client.GetAnswer($"v1/responses/{id}", HttpMethod.Delete)).Status);
        Assert.Equal(404, (await Client.GetAnswer($"v1/responses/{id}")).Status);
    }

    [Fact]
    public async Task One_that_can_not_be_answered_has_failed()
    {
        var id = (await Client.Respond(ResponsesClient.Body(string.Concat(Enumerable.Repeat("word ", 10_000)), more: "\"background\":true"))).Id();
        var failed = await Eventually.Holds(() => Get(id), IsEnded);
        Assert.Equal(("failed", "invalid_prompt"), (failed.GetProperty("status").GetString(), failed.GetProperty("error").GetProperty("code").GetString()));
    }

    private async Task<JsonElement> Get(string id) => (await Client.GetAnswer($"v1/responses/{id}")).Json;

    private Task<JsonElement> Next(string id) => Client.Respond(ResponsesClient.Body("and then?", more: $"\"max_output_tokens\":16,\"previous_response_id\":\"{id}\""));

    private static bool IsEnded(JsonElement response) => response.GetProperty("status").GetString() is not ("queued" or "in_progress");
}
