using System.Text.Json;
using Npgsql;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Responses;

public class ConversationTests(PlatformFixture platform)
{
    private HttpClient Client => platform.Client;

    [Fact]
    public async Task A_conversation_is_made_read_changed_and_deleted_as_recorded()
    {
        var made = await Post("v1/conversations", """{"metadata":{"topic":"test"},"items":[{"type":"message","role":"user","content":[{"type":"input_text","text":"tell me a joke"}]}]}""");
        OpenAiSchemas.Check("ConversationResource", made);
        Assert.Equal(["id", "object", "created_at", "metadata"], made.EnumerateObject().Select(field => field.Name));
        var path = $"v1/conversations/{made.Id()}";
        Assert.Equal(made.GetRawText(), (await Client.GetAnswer(path)).Json.GetRawText());
        var changed = await Post(path, """{"metadata":{"topic":"updated-test","purpose":"conversation-test"}}""");
        Assert.Equal("""{"topic":"updated-test","purpose":"conversation-test"}""", changed.GetProperty("metadata").GetRawText());
        var (status, deleted) = await Client.GetAnswer(path, HttpMethod.Delete);
        OpenAiSchemas.Check("DeletedConversationResource", deleted);
        Assert.Equal((200, $$"""{"id":"{{made.Id()}}","object":"conversation.deleted","deleted":true}"""), (status, deleted.GetRawText()));
        Assert.Equal(404, (await Client.GetAnswer(path)).Status);
        Assert.Equal(404, (await Client.GetAnswer($"{path}/items")).Status);

        await using var database = NpgsqlDataSource.Create(platform.ConnectionString);
        await using var kept = database.CreateCommand($"select string_agg(data::text, ' ') from ledger.mt_events where stream_id = '{made.Id()}'");
        var events = (string)(await kept.ExecuteScalarAsync())!;
        Assert.Contains("project_id", events, StringComparison.Ordinal);
        Assert.DoesNotContain("test", events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Items_are_added_listed_read_and_deleted()
    {
        var id = (await Post("v1/conversations", "{}")).Id();
        var added = await Post($"v1/conversations/{id}/items", """{"items":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}""");
        OpenAiSchemas.Check("ConversationItemList", added);
        var ids = added.GetProperty("data").EnumerateArray().Select(item => item.Id()).ToList();
        var (_, page) = await Client.GetAnswer($"v1/conversations/{id}/items?limit=2");
        OpenAiSchemas.Check("ConversationItemList", page);
        Assert.Equal([ids[2], ids[1]], page.GetProperty("data").EnumerateArray().Select(item => item.Id()));
        Assert.True(page.GetProperty("has_more").GetBoolean());
        var (_, rest) = await Client.GetAnswer($"v1/conversations/{id}/items?limit=2&after={ids[1]}");
        Assert.Equal([ids[0]], rest.GetProperty("data").EnumerateArray().Select(item => item.Id()));
        Assert.Equal("b", (await Client.GetAnswer($"v1/conversations/{id}/items/{ids[1]}")).Json.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(id, (await Client.GetAnswer($"v1/conversations/{id}/items/{ids[1]}", HttpMethod.Delete)).Json.Id());
        Assert.Equal(404, (await Client.GetAnswer($"v1/conversations/{id}/items/{ids[1]}")).Status);
        Assert.Equal([ids[0], ids[2]], (await Client.GetAnswer($"v1/conversations/{id}/items?order=asc")).Json.GetProperty("data").EnumerateArray().Select(item => item.Id()));
    }

    [Fact]
    public async Task A_turn_is_in_the_conversation_when_its_last_event_arrives()
    {
        var id = (await Post("v1/conversations", """{"items":[{"role":"system","content":"Be brief."}]}""")).Id();
        var events = await Client.Stream(ResponsesClient.Body("Tell me a joke.", more: $"\"max_output_tokens\":16,\"stream\":true,\"conversation\":{{\"id\":\"{id}\"}}"));
        var answer = events[^1].Data.GetProperty("response");
        Assert.Equal(id, answer.GetProperty("conversation").Id());
        var (_, items) = await Client.GetAnswer($"v1/conversations/{id}/items");
        Assert.Equal([answer.OutputText(), "Tell me a joke.", "Be brief."], items.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("content")[0].GetProperty("text").GetString()));
        Assert.Equal(answer.GetProperty("output")[0].Id(), items.GetProperty("data")[0].Id());

        var next = await Client.Respond(ResponsesClient.Body("Another.", more: $"\"max_output_tokens\":16,\"conversation\":\"{id}\""));
        Assert.True(next.GetProperty("usage").GetProperty("input_tokens").GetInt32() > answer.GetProperty("usage").GetProperty("input_tokens").GetInt32());
        Assert.Equal(5, (await Client.GetAnswer($"v1/conversations/{id}/items")).Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task A_refused_turn_leaves_the_conversation_as_it_was()
    {
        var id = (await Post("v1/conversations", """{"items":[{"role":"user","content":"a"}]}""")).Id();
        using var refused = await Client.PostJson("v1/responses", ResponsesClient.Body(string.Concat(Enumerable.Repeat("word ", 10_000)), more: $"\"conversation\":\"{id}\""));
        Assert.Equal(400, (int)refused.StatusCode);
        Assert.Single((await Client.GetAnswer($"v1/conversations/{id}/items")).Json.GetProperty("data").EnumerateArray());
        using var unknown = await Client.PostJson("v1/responses", ResponsesClient.Body(more: "\"conversation\":\"conv_none\""));
        Assert.Equal(404, (int)unknown.StatusCode);
    }

    [Theory]
    [InlineData("v1/conversations", "[]", null)]
    [InlineData("v1/conversations", """{"items":{}}""", "items")]
    [InlineData("v1/conversations", """{"items":[{"role":"user","content":5}]}""", "items[0].content")]
    [InlineData("v1/conversations", """{"metadata":{"a":1}}""", "metadata.a")]
    public async Task A_wrong_body_is_refused(string path, string body, string? param)
    {
        using var response = await Client.PostJson(path, body);
        Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
    }

    private async Task<JsonElement> Post(string path, string body)
    {
        using var response = await Client.PostJson(path, body);
        var json = await response.Json();
        Assert.True(response.IsSuccessStatusCode, json.GetRawText());
        return json;
    }
}
