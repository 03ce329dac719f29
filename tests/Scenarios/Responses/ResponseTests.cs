using System.Text.Json;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Responses;

/// <summary>The numbered behaviours are those of the API reference.</summary>
public class ResponseTests(PlatformFixture platform)
{
    private HttpClient Client => platform.Client;

    /// <summary>Behaviour 37.</summary>
    [Theory]
    [InlineData(TestCatalogue.Fast)]
    [InlineData(TestCatalogue.SmolLm)]
    public async Task A_stream_says_what_the_whole_answer_says_in_gapless_events(string model)
    {
        var whole = await Client.Respond(ResponsesClient.Body("What is gravity?", model, "\"max_output_tokens\":24"));
        var events = await Client.Stream(ResponsesClient.Body("What is gravity?", model, "\"max_output_tokens\":24,\"stream\":true"));
        Assert.Equal(Enumerable.Range(0, events.Count).Select(i => (long)i), events.Select(one => one.Number));
        Assert.Equal(("response.created", "response.in_progress"), (events[0].Name, events[1].Name));
        Assert.All(events, one => OpenAiSchemas.Check("ResponseStreamEvent", one.Data));
        var last = events[^1].Data.GetProperty("response");
        Assert.Equal($"response.{last.GetProperty("status").GetString()}", events[^1].Name);
        Assert.Equal(whole.OutputText(), string.Concat(events.Where(one => one.Name == "response.output_text.delta").Select(one => one.Data.GetProperty("delta").GetString())));
        Assert.Equal(whole.OutputText(), last.OutputText());
        Assert.Equal(whole.GetProperty("usage").GetProperty("output_tokens").GetInt32(), last.GetProperty("usage").GetProperty("output_tokens").GetInt32());
        Assert.Matches("^resp_[0-9a-z]{26}$", last.Id());
        Assert.Matches("^msg_[0-9a-z]{26}$", last.GetProperty("output")[0].Id());
    }

    [Fact]
    public async Task A_stored_answer_can_be_read_the_moment_its_last_event_arrives()
    {
        for (var i = 0; i < 20; i++)
        {
            var last = (await Client.Stream(ResponsesClient.Body(more: "\"max_output_tokens\":16,\"stream\":true")))[^1].Data.GetProperty("response");
            var (status, stored) = await Client.GetAnswer($"v1/responses/{last.Id()}");
            Assert.Equal((200, last.GetRawText()), (status, stored.GetRawText()));
        }
    }

    /// <summary>Behaviour 43.</summary>
    [Fact]
    public async Task A_stored_stream_is_sent_again_after_any_event()
    {
        var live = await Client.Stream(ResponsesClient.Body(more: "\"max_output_tokens\":20,\"stream\":true"));
        var id = live[^1].Data.GetProperty("response").Id();
        Assert.Equal(live.Select(one => one.Data.GetRawText()), (await Client.StreamAgain(id)).Select(one => one.Data.GetRawText()));
        foreach (var after in (int[])[0, 1, 7, live.Count - 2, live.Count - 1])
        {
            Assert.Equal(live.Skip(after + 1).Select(one => one.Number), (await Client.StreamAgain(id, $"&starting_after={after}")).Select(one => one.Number));
        }
    }

    /// <summary>Behaviour 39.</summary>
    [Fact]
    public async Task What_is_not_to_be_stored_is_not_found()
    {
        var answer = await Client.Respond(ResponsesClient.Body(more: "\"max_output_tokens\":16,\"store\":false"));
        Assert.False(answer.GetProperty("store").GetBoolean());
        await AssertNotFound($"v1/responses/{answer.Id()}", answer.Id());
    }

    /// <summary>Behaviour 40.</summary>
    [Fact]
    public async Task A_synchronous_response_is_not_cancelled_and_a_deleted_one_is_gone()
    {
        var id = (await Client.Respond(ResponsesClient.Body(more: "\"max_output_tokens\":16"))).Id();
        var (status, refusal) = await Client.GetAnswer($"v1/responses/{id}/cancel", HttpMethod.Post);
        Assert.Equal((400, "Cannot cancel a synchronous response."), (status, refusal.GetProperty("error").GetProperty("message").GetString()));
        var (deleted, json) = await Client.GetAnswer($"v1/responses/{id}", HttpMethod.Delete);
        Assert.Equal((200, $$"""{"id":"{{id}}","object":"response.deleted","deleted":true}"""), (deleted, json.GetRawText()));
        await AssertNotFound($"v1/responses/{id}", id);
        await AssertNotFound($"v1/responses/{id}/input_items", id);
    }

    /// <summary>Behaviour 41.</summary>
    [Fact]
    public async Task Branches_of_one_response_do_not_see_each_other_and_instructions_are_not_carried_over()
    {
        var root = await Client.Respond(ResponsesClient.Body("root", more: "\"max_output_tokens\":16,\"instructions\":\"never again\""));
        var first = await Client.Respond(ResponsesClient.Body("first", more: $"\"max_output_tokens\":16,\"previous_response_id\":\"{root.Id()}\""));
        var second = await Client.Respond(ResponsesClient.Body("second", more: $"\"max_output_tokens\":16,\"previous_response_id\":\"{root.Id()}\""));
        Assert.Equal(root.Id(), second.GetProperty("previous_response_id").GetString());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("instructions").ValueKind);
        var (_, page) = await Client.GetAnswer($"v1/responses/{second.Id()}/input_items?order=asc");
        Assert.Equal(["root", root.OutputText(), "second"], page.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("content")[0].GetProperty("text").GetString()));
        Assert.DoesNotContain(first.Id(), page.GetRawText(), StringComparison.Ordinal);

        using var unknown = await Client.PostJson("v1/responses", ResponsesClient.Body(more: "\"previous_response_id\":\"resp_unknown\""));
        Assert.Equal((400, "previous_response_id", "previous_response_not_found"), ((int)unknown.StatusCode, (await unknown.Error()).Param, (await unknown.Error()).Code));
    }

    [Fact]
    public async Task The_previous_answer_is_part_of_the_prompt()
    {
        var root = await Client.Respond(ResponsesClient.Body("My name is Ann.", TestCatalogue.SmolLm, "\"max_output_tokens\":16"));
        var next = await Client.Respond(ResponsesClient.Body("What is my name?", TestCatalogue.SmolLm, $"\"max_output_tokens\":16,\"previous_response_id\":\"{root.Id()}\""));
        var alone = await Client.Respond(ResponsesClient.Body("What is my name?", TestCatalogue.SmolLm, "\"max_output_tokens\":16"));
        var (with, without) = (Usage(next, "input_tokens"), Usage(alone, "input_tokens"));
        Assert.True(with > without + Usage(root, "output_tokens") - 2, $"{with} tokens with a history, {without} without");
        Assert.True(next.GetProperty("usage").GetProperty("input_tokens_details").GetProperty("cached_tokens").GetInt32() > 0, "the next turn was not warm");
    }

    [Fact]
    public async Task Input_items_come_newest_first_in_pages()
    {
        var id = (await Client.Respond($$"""{"model":"{{TestCatalogue.Fast}}","max_output_tokens":16,"input":[{"role":"user","content":"x"},{"role":"user","content":"y"},{"role":"user","content":"z"}]}""")).Id();
        var (seen, after) = (new List<string>(), "");
        for (var left = 2; left >= 0; left--)
        {
            var (_, page) = await Client.GetAnswer($"v1/responses/{id}/input_items?limit=1{after}");
            OpenAiSchemas.Check("ResponseItemList", page);
            seen.Add(page.GetProperty("data")[0].GetProperty("content")[0].GetProperty("text").GetString()!);
            Assert.Equal(left > 0, page.GetProperty("has_more").GetBoolean());
            after = $"&after={page.GetProperty("last_id").GetString()}";
        }

        Assert.Equal(["z", "y", "x"], seen);
        var (_, all) = await Client.GetAnswer($"v1/responses/{id}/input_items?order=asc&limit=2");
        Assert.Equal(["x", "y"], all.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("content")[0].GetProperty("text").GetString()));
        var (_, none) = await Client.GetAnswer($"v1/responses/{id}/input_items{after.Replace('&', '?')}");
        Assert.Equal((0, JsonValueKind.Null), (none.GetProperty("data").GetArrayLength(), none.GetProperty("first_id").ValueKind));
        Assert.Equal(400, (await Client.GetAnswer($"v1/responses/{id}/input_items?limit=101")).Status);
    }

    [Fact]
    public async Task The_tokens_of_an_input_are_counted_as_an_answer_counts_them()
    {
        var root = await Client.Respond(ResponsesClient.Body("My name is Ann.", TestCatalogue.SmolLm, "\"max_output_tokens\":16"));
        var body = ResponsesClient.Body("What is my name?", TestCatalogue.SmolLm, $"\"instructions\":\"Be brief.\",\"max_output_tokens\":16,\"previous_response_id\":\"{root.Id()}\"");
        using var counted = await Client.PostJson("v1/responses/input_tokens", body);
        var json = await counted.Json();
        OpenAiSchemas.Check("TokenCountsResource", json);
        Assert.Equal(Usage(await Client.Respond(body), "input_tokens"), json.GetProperty("input_tokens").GetInt32());
    }

    [Fact]
    public async Task An_item_is_referred_to_by_its_id()
    {
        var said = (await Client.Respond(ResponsesClient.Body("remember me", more: "\"max_output_tokens\":16"))).GetProperty("output")[0].Id();
        var answer = await Client.Respond($$"""{"model":"{{TestCatalogue.Fast}}","max_output_tokens":16,"input":[{"type":"item_reference","id":"{{said}}"},{"role":"user","content":"go on"}]}""");
        var (_, page) = await Client.GetAnswer($"v1/responses/{answer.Id()}/input_items?order=asc");
        Assert.Equal(said, page.GetProperty("data")[0].Id());
        using var unknown = await Client.PostJson("v1/responses", $$"""{"model":"{{TestCatalogue.Fast}}","input":[{"type":"item_reference","id":"msg_none"}]}""");
        Assert.Equal(404, (int)unknown.StatusCode);
    }

    [Fact]
    public async Task Another_project_sees_nothing_of_it()
    {
        var id = (await Client.Respond(ResponsesClient.Body(more: "\"max_output_tokens\":16"))).Id();
        using var stranger = platform.ClientOf(await platform.NewKey("stranger"));
        Assert.Equal(404, (await stranger.GetAnswer($"v1/responses/{id}")).Status);
        Assert.Equal(404, (await stranger.GetAnswer($"v1/responses/{id}", HttpMethod.Delete)).Status);
        using var goesOn = await stranger.PostJson("v1/responses", ResponsesClient.Body(more: $"\"previous_response_id\":\"{id}\""));
        Assert.Equal(400, (int)goesOn.StatusCode);
        Assert.Equal(200, (await Client.GetAnswer($"v1/responses/{id}")).Status);
    }

    [Theory]
    [InlineData("v1/responses/resp_%01")]
    [InlineData("v1/responses/none")]
    [InlineData("v1/conversations/conv_%01")]
    [InlineData("v1/chat/completions/%01")]
    [InlineData("v1/responses/none/input_items")]
    public async Task A_strange_id_is_not_found(string path) => Assert.Equal(404, (await Client.GetAnswer(path)).Status);

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_a_400_even_for_a_stream()
    {
        using var response = await Client.PostJson("v1/responses", ResponsesClient.Body(string.Concat(Enumerable.Repeat("word ", 10_000)), more: "\"stream\":true"));
        Assert.Equal((400, "context_length_exceeded"), ((int)response.StatusCode, (await response.Error()).Code));
    }

    [Fact]
    public async Task What_does_not_fit_is_left_out_from_the_beginning_where_the_client_says_so()
    {
        var word = string.Concat(Enumerable.Repeat("word ", 300));
        var items = string.Join(',', Enumerable.Range(0, 6).Select(i => $$"""{"role":"{{(i % 2 == 0 ? "user" : "assistant")}}","content":"{{word}}"}"""));
        var body = $$"""{"model":"{{TestCatalogue.Fast}}","max_output_tokens":16,"input":[{{items}},{"role":"user","content":"the last"}]""";
        using var refused = await Client.PostJson("v1/responses", $"{body}}}");
        Assert.Equal((400, "context_length_exceeded"), ((int)refused.StatusCode, (await refused.Error()).Code));
        var answer = await Client.Respond($"{body},\"truncation\":\"auto\"}}");
        Assert.Equal("auto", answer.GetProperty("truncation").GetString());
        Assert.InRange(Usage(answer, "input_tokens"), 1500, 4096 - 16);
    }

    private static int Usage(JsonElement response, string name) => response.GetProperty("usage").GetProperty(name).GetInt32();

    private async Task AssertNotFound(string path, string id)
    {
        var (status, json) = await Client.GetAnswer(path);
        Assert.Equal((404, $$$"""{"error":{"message":"Response with id '{{{id}}}' not found.","type":"invalid_request_error","param":null,"code":null}}"""), (status, json.GetRawText()));
    }
}
