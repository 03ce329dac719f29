using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Eventing.Answers;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Responses;

public class StoredCompletionTests(PlatformFixture platform)
{
    private const string Path = "v1/chat/completions";

    private HttpClient Client => platform.Client;

    [Fact]
    public async Task Only_what_was_to_be_stored_is_listed_newest_first()
    {
        var run = Guid.NewGuid().ToString("n");
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add(await Complete($"\"store\":true,\"metadata\":{{\"run\":\"{run}\",\"n\":\"{i}\"}}"));
        await Complete($"\"metadata\":{{\"run\":\"{run}\"}}");
        await Complete($"\"store\":false,\"metadata\":{{\"run\":\"{run}\"}}");

        var (_, page) = await Client.GetAnswer($"{Path}?metadata[run]={run}&limit=2");
        Assert.Equal([ids[2], ids[1]], Ids(page));
        Assert.Equal((true, ids[1]), (page.GetProperty("has_more").GetBoolean(), page.GetProperty("last_id").GetString()));
        Assert.Equal([ids[0]], Ids((await Client.GetAnswer($"{Path}?metadata[run]={run}&limit=2&after={ids[1]}")).Json));
        Assert.Equal(ids, Ids((await Client.GetAnswer($"{Path}?metadata[run]={run}&order=asc&model={TestCatalogue.Alias}")).Json));
        Assert.Equal([ids[1]], Ids((await Client.GetAnswer($"{Path}?metadata[run]={run}&metadata[n]=1")).Json));
        Assert.Empty(Ids((await Client.GetAnswer($"{Path}?metadata[run]={run}&model=another")).Json));
    }

    [Fact]
    public async Task It_is_read_changed_and_erased_as_recorded()
    {
        var id = await Complete("\"store\":true,\"stream\":true,\"metadata\":{\"k\":\"initial\"}");
        var (_, stored) = await Client.GetAnswer($"{Path}/{id}");
        OpenAiSchemas.Check("CreateChatCompletionResponse", stored);
        Assert.Equal(
            ["object", "id", "model", "created", "request_id", "tool_choice", "usage", "seed", "top_p", "temperature", "presence_penalty", "frequency_penalty", "system_fingerprint", "input_user", "service_tier", "tools", "metadata", "choices", "response_format"],
            stored.EnumerateObject().Select(field => field.Name));
        using var update = await Client.PostJson($"{Path}/{id}", """{"metadata":{"k":"updated"}}""");
        Assert.Equal("""{"k":"updated"}""", (await update.Json()).GetProperty("metadata").GetRawText());
        Assert.Equal("""{"k":"updated"}""", (await Client.GetAnswer($"{Path}/{id}")).Json.GetProperty("metadata").GetRawText());
        using var wrong = await Client.PostJson($"{Path}/{id}", "{}");
        Assert.Equal((400, "metadata"), ((int)wrong.StatusCode, (await wrong.Error()).Param));

        Assert.NotNull(await platform.ContentOf(id));
        Assert.Equal("chat.completion.deleted", (await Client.GetAnswer($"{Path}/{id}", HttpMethod.Delete)).Json.GetProperty("object").GetString());
        Assert.Null(await platform.ContentOf(id));
        var (status, gone) = await Client.GetAnswer($"{Path}/{id}");
        Assert.Equal((404, $$$"""{"error":{"message":"Completion {{{id}}} not found","type":"invalid_request_error","param":"completion_id","code":"not_found"}}"""), (status, gone.GetRawText()));
        Assert.Equal(404, (await Client.GetAnswer($"{Path}/comp_nonexistent_12345/messages")).Status);
    }

    [Fact]
    public async Task Its_messages_come_oldest_first_in_pages()
    {
        using var made = await Client.PostJson(Path, $$"""{"model":"{{TestCatalogue.Fast}}","store":true,"max_tokens":4,"messages":[{"role":"system","content":"a"},{"role":"user","name":"ann","content":[{"type":"text","text":"b"}]},{"role":"user","content":"c"}]}""");
        var id = (await made.Json()).Id();
        var (_, page) = await Client.GetAnswer($"{Path}/{id}/messages?limit=2");
        Assert.Equal([$"{id}-0", $"{id}-1"], Ids(page));
        Assert.Equal($$"""{"id":"{{id}}-0","role":"system","content":"a","content_parts":null,"name":null}""", page.GetProperty("data")[0].GetRawText());
        Assert.Equal("""[{"type":"text","text":"b","image_url":null,"input_audio":null,"file":null}]""", page.GetProperty("data")[1].GetProperty("content_parts").GetRawText());
        Assert.Equal([$"{id}-2"], Ids((await Client.GetAnswer($"{Path}/{id}/messages?limit=2&after={id}-1")).Json));
        Assert.Equal([$"{id}-2", $"{id}-1", $"{id}-0"], Ids((await Client.GetAnswer($"{Path}/{id}/messages?order=desc")).Json));
    }

    [Fact]
    public async Task One_that_is_finished_through_another_connection_is_listed_whole()
    {
        var run = Guid.NewGuid().ToString("n");
        using var first = await Client.PostJson(Path, WireClient.ChatBody(TestCatalogue.Slow, more: $"\"store\":true,\"stream\":true,\"temperature\":0,\"max_tokens\":120,\"metadata\":{{\"run\":\"{run}\"}}"));
        using var reader = new StreamReader(await first.Content.ReadAsStreamAsync());
        string? line, position = null, id = null;
        for (var events = 0; events < 5 && (line = await reader.ReadLineAsync()) is not null;)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) position = line["id: ".Length..];
            if (!line.StartsWith("data: {", StringComparison.Ordinal)) continue;
            id = JsonDocument.Parse(line["data: ".Length..]).RootElement.Id();
            events++;
        }

        var rest = await Client.GetStringAsync($"{Path}/{id}/stream?starting_after={position}");
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
        var listed = (await Client.GetAnswer($"{Path}?metadata[run]={run}")).Json.GetProperty("data").EnumerateArray().Single();
        Assert.Equal((id, 120), (listed.Id(), listed.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
        using var whole = await Client.PostJson(Path, WireClient.ChatBody(TestCatalogue.Slow, more: "\"temperature\":0,\"max_tokens\":120"));
        Assert.Equal((await whole.Json()).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), listed.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    /// <summary>As a worker's record leaves it when the gateway has died before it could store the answer.</summary>
    [Fact]
    public async Task One_that_is_recorded_and_not_written_yet_reads_as_if_it_had_been_stored_at_its_end()
    {
        var run = Guid.NewGuid().ToString("n");
        var more = $"\"n\":2,\"logprobs\":true,\"top_logprobs\":1,\"seed\":5,\"temperature\":1,\"metadata\":{{\"run\":\"{run}\"}}";
        var (stored, late) = (await Complete($"\"store\":true,{more}"), await Complete(more));
        var model = (await Client.GetAnswer($"{Path}/{stored}")).Json.GetProperty("model").GetString()!;
        var answers = platform.Services.GetRequiredService<StoredAnswers>();
        await answers.Save(StoredAnswer.Unwritten(late, await ProjectOf(stored), model, DateTimeOffset.UtcNow), [], TestContext.Current.CancellationToken);

        var (_, read) = await Client.GetAnswer($"{Path}/{late}");
        Assert.Equal([late, stored], Ids((await Client.GetAnswer($"{Path}?metadata[run]={run}")).Json));
        Assert.Equal(Without(["id", "created", "request_id"], (await Client.GetAnswer($"{Path}/{stored}")).Json), Without(["id", "created", "request_id"], read));
        Assert.Equal(JsonValueKind.Null, read.GetProperty("request_id").ValueKind);
        Assert.Equal([$"{late}-0"], Ids((await Client.GetAnswer($"{Path}/{late}/messages")).Json));
    }

    /// <summary>Without a word from the client the ledger keeps content for replay; with <c>store: false</c> nothing is kept.</summary>
    [Fact]
    public async Task What_must_not_be_stored_leaves_no_content()
    {
        Assert.NotNull(await platform.ContentOf(await Complete("")));
        Assert.Null(await platform.ContentOf(await Complete("\"store\":false")));
    }

    private async Task<string> Complete(string more)
    {
        using var response = await Client.PostJson(Path, WireClient.ChatBody(TestCatalogue.Fast, more: $"\"max_tokens\":4{(more.Length > 0 ? "," + more : "")}"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        var chunk = text.Split('\n').FirstOrDefault(line => line.StartsWith("data: {", StringComparison.Ordinal));
        return JsonDocument.Parse(chunk?["data: ".Length..] ?? text).RootElement.Id();
    }

    private async Task<string> ProjectOf(string id)
    {
        await using var database = NpgsqlDataSource.Create(platform.ConnectionString);
        await using var command = database.CreateCommand("select project_id from ledger.stored_answers where id = $1");
        command.Parameters.Add(new() { Value = id });
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static IEnumerable<string> Without(string[] names, JsonElement answer) => answer.EnumerateObject().Where(field => !names.Contains(field.Name)).Select(field => field.ToString());

    private static IEnumerable<string> Ids(JsonElement page) => page.GetProperty("data").EnumerateArray().Select(one => one.Id());
}
