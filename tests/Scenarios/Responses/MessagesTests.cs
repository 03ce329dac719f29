using System.Text.Json;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Responses;

/// <summary>Anthropic's Messages API.</summary>
public class MessagesTests(PlatformFixture platform)
{
    [Fact]
    public async Task A_message_is_answered_under_the_key_in_x_api_key()
    {
        using var client = platform.ClientOf(null);
        client.DefaultRequestHeaders.Add("x-api-key", platform.ApiKey);
        client.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
        using var response = await client.PostJson("v1/messages", Body());
        var message = await response.Json();
        Assert.Equal(["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"], message.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("message", "assistant", "max_tokens"), (message.GetProperty("type").GetString(), message.GetProperty("role").GetString(), message.GetProperty("stop_reason").GetString()));
        Assert.Equal("text", message.GetProperty("content")[0].GetProperty("type").GetString());
        Assert.Equal(12, message.GetProperty("usage").GetProperty("output_tokens").GetInt32());
        Assert.StartsWith("msg_", message.Id(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_has_its_events_in_order_and_says_what_the_whole_says()
    {
        using var whole = await platform.Client.PostJson("v1/messages", Body());
        using var streamed = await platform.Client.PostJson("v1/messages", Body("\"stream\":true"));
        var events = ResponsesClient.Parse(await streamed.Content.ReadAsStringAsync());
        Assert.Equal(
            ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"],
            events.Select(one => one.Name).Where(name => name != "ping").Distinct());
        Assert.All(events, one => Assert.Equal(one.Name, one.Data.GetProperty("type").GetString()));
        var text = string.Concat(events.Where(one => one.Name == "content_block_delta").Select(one => one.Data.GetProperty("delta").GetProperty("text").GetString()));
        Assert.Equal((await whole.Json()).GetProperty("content")[0].GetProperty("text").GetString(), text);
        Assert.Equal(("max_tokens", 12), (events[^2].Data.GetProperty("delta").GetProperty("stop_reason").GetString(), events[^2].Data.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
    }

    [Fact]
    public async Task A_conversation_with_a_system_prompt_and_blocks_is_the_same_as_a_chat()
    {
        using var message = await platform.Client.PostJson("v1/messages", $$"""{"model":"{{TestCatalogue.Fast}}","max_tokens":8,"temperature":0,"system":[{"type":"text","text":"Be brief."}],"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant","content":"Hello."},{"role":"user","content":"Go on"}]}""");
        using var chat = await platform.Client.PostJson("v1/chat/completions", $$"""{"model":"{{TestCatalogue.Fast}}","max_tokens":8,"temperature":0,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello."},{"role":"user","content":"Go on"}]}""");
        var (ours, theirs) = (await message.Json(), await chat.Json());
        Assert.Equal(theirs.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), ours.GetProperty("content")[0].GetProperty("text").GetString());
        var usage = ours.GetProperty("usage");
        var read = usage.GetProperty("input_tokens").GetInt32() + usage.GetProperty("cache_read_input_tokens").GetInt32();
        Assert.Equal(theirs.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), read);
        using var counted = await platform.Client.PostJson("v1/messages/count_tokens", $$"""{"model":"{{TestCatalogue.Fast}}","system":"Be brief.","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello."},{"role":"user","content":"Go on"}]}""");
        Assert.Equal($$"""{"input_tokens":{{read}}}""", await counted.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("", 400, "invalid_request_error", "JSON")]
    [InlineData("[]", 400, "invalid_request_error", "object")]
    [InlineData("{}", 400, "invalid_request_error", "model")]
    [InlineData("""{"model":"bigram","messages":[{"role":"user","content":"a"}]}""", 400, "invalid_request_error", "max_tokens")]
    [InlineData("""{"model":"bigram","max_tokens":8,"messages":[]}""", 400, "invalid_request_error", "messages")]
    [InlineData("""{"model":"bigram","max_tokens":8,"messages":[{"role":"user","content":[{"type":"image"}]}]}""", 400, "invalid_request_error", "messages[0].content[0].type")]
    [InlineData("""{"model":"bigram","max_tokens":8,"temperature":1.5,"messages":[{"role":"user","content":"a"}]}""", 400, "invalid_request_error", "temperature")]
    [InlineData("""{"model":"none","max_tokens":8,"messages":[{"role":"user","content":"a"}]}""", 404, "not_found_error", "none")]
    public async Task What_is_wrong_is_told_in_Anthropics_envelope(string body, int status, string type, string word)
    {
        using var response = await platform.Client.PostJson("v1/messages", body);
        var json = await response.Json();
        Assert.Equal((status, "error", type), ((int)response.StatusCode, json.GetProperty("type").GetString(), json.GetProperty("error").GetProperty("type").GetString()));
        Assert.Contains(word, json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), json.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task Without_a_key_it_is_an_authentication_error()
    {
        using var client = platform.ClientOf(null);
        using var response = await client.PostJson("v1/messages", Body());
        Assert.Equal((401, "authentication_error"), ((int)response.StatusCode, (await response.Json()).GetProperty("error").GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_stop_sequence_that_was_met_is_told(bool stream)
    {
        using var whole = await platform.Client.PostJson("v1/messages", $$"""{"model":"{{TestCatalogue.Fast}}","max_tokens":30,"temperature":0,"messages":[{"role":"user","content":"Hello"}]}""");
        var text = (await whole.Json()).GetProperty("content")[0].GetProperty("text").GetString()!;
        var stop = JsonSerializer.Serialize(text[5..9]);
        using var response = await platform.Client.PostJson("v1/messages", $$"""{"model":"{{TestCatalogue.Fast}}","max_tokens":30,"temperature":0,"stream":{{(stream ? "true" : "false")}},"stop_sequences":["never","said","by","any","model",{{stop}}],"messages":[{"role":"user","content":"Hello"}]}""");
        var answer = await response.Content.ReadAsStringAsync();
        Assert.Contains($"\"stop_reason\":\"stop_sequence\",\"stop_sequence\":{stop}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_does_not_think_answers_without_where_thinking_is_allowed()
    {
        using var response = await platform.Client.PostJson("v1/messages", $$"""{"model":"{{TestCatalogue.Fast}}","max_tokens":5,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"Hello"}]}""");
        Assert.Equal("text", (await response.Json()).GetProperty("content")[0].GetProperty("type").GetString());
    }

    private static string Body(string more = "") => $$"""{"model":"{{TestCatalogue.Fast}}","max_tokens":12,"temperature":0,"messages":[{"role":"user","content":"Hello"}]{{(more.Length > 0 ? "," + more : "")}}}""";
}
