using System.Text.Json;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>What clients rely on in the stream of a chat completion. The numbered behaviours are those of the API reference.</summary>
public sealed class ChatStreamBehaviourTests(PlatformFixture platform)
{
    private const string Three = "\"n\":3,\"max_tokens\":12,\"temperature\":1,\"seed\":7";

    /// <summary>Behaviour 1.</summary>
    [Fact]
    public async Task The_first_chunk_of_a_choice_has_the_role_and_nothing_said()
    {
        var deltas = (await Chunks(Three)).Select(Choice).GroupBy(choice => choice.GetProperty("index").GetInt32()).Select(choices => choices.First().GetProperty("delta").GetRawText()).ToList();
        Assert.Equal(3, deltas.Count);
        Assert.All(deltas, delta => Assert.Equal("""{"role":"assistant","content":"","refusal":null}""", delta));
    }

    /// <summary>Behaviour 2.</summary>
    [Fact]
    public async Task Every_chunk_has_the_same_id_and_time_and_the_role_comes_once()
    {
        var chunks = await Chunks("\"max_tokens\":20");
        Assert.Single(chunks.Select(chunk => (chunk.GetProperty("id").GetString(), chunk.GetProperty("created").GetInt64(), chunk.GetProperty("object").GetString(), chunk.GetProperty("model").GetString(), chunk.GetProperty("system_fingerprint").GetString())).Distinct());
        Assert.Equal("chat.completion.chunk", chunks[0].GetProperty("object").GetString());
        Assert.Single(chunks, chunk => Choice(chunk).GetProperty("delta").TryGetProperty("role", out _));
        Assert.All(chunks, chunk => OpenAiSchemas.Check("CreateChatCompletionStreamResponse", chunk));
    }

    /// <summary>Behaviours 3 and 4.</summary>
    [Fact]
    public async Task A_choice_ends_once_with_an_empty_delta()
    {
        var ends = (await Chunks(Three)).Select(Choice).Where(choice => choice.GetProperty("finish_reason").ValueKind != JsonValueKind.Null).ToList();
        Assert.Equal([0, 1, 2], ends.Select(choice => choice.GetProperty("index").GetInt32()).Order());
        Assert.All(ends, choice => Assert.Equal("{}", choice.GetProperty("delta").GetRawText()));
    }

    /// <summary>Behaviour 5.</summary>
    [Theory]
    [InlineData(TestCatalogue.Fast)]
    [InlineData(TestCatalogue.SmolLm)]
    public async Task The_deltas_are_the_whole_answer_and_use_as_much(string model)
    {
        const string Fields = "\"temperature\":0,\"max_tokens\":24";
        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(model, "Name a river.", Fields));
        var whole = await response.Json();
        OpenAiSchemas.Check("CreateChatCompletionResponse", whole);
        var chunks = await Chunks($"{Fields},\"stream_options\":{{\"include_usage\":true}}", model, "Name a river.");
        Assert.Equal(Choice(whole).GetProperty("message").GetProperty("content").GetString(), Said(chunks));
        foreach (var name in (string[])["prompt_tokens", "completion_tokens", "total_tokens"]) Assert.Equal(whole.GetProperty("usage").GetProperty(name).GetInt32(), chunks[^1].GetProperty("usage").GetProperty(name).GetInt32());
        Assert.Equal(Choice(whole).GetProperty("finish_reason").GetString(), Choice(chunks[^2]).GetProperty("finish_reason").GetString());
    }

    /// <summary>Behaviour 6.</summary>
    [Fact]
    public async Task Usage_comes_in_a_chunk_of_its_own_where_it_is_asked_for_and_else_nowhere()
    {
        var asked = await Chunks("\"max_tokens\":5,\"stream_options\":{\"include_usage\":true}");
        Assert.All(asked.SkipLast(1), chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal(0, asked[^1].GetProperty("choices").GetArrayLength());
        var usage = asked[^1].GetProperty("usage");
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("completion_tokens").GetInt32());
        foreach (var fields in (string[])["\"max_tokens\":5", "\"max_tokens\":5,\"stream_options\":{\"include_usage\":false}"]) Assert.All(await Chunks(fields), chunk => Assert.False(chunk.TryGetProperty("usage", out _)));
    }

    /// <summary>Behaviour 7.</summary>
    [Theory]
    [InlineData("\"stream_options\":{\"include_usage\":true}")]
    [InlineData("\"stream\":false,\"stream_options\":{}")]
    public async Task Options_of_a_stream_need_a_stream(string fields)
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: fields));
        Assert.Equal((400, "stream_options"), ((int)response.StatusCode, (await response.Error()).Param));
    }

    /// <summary>Behaviour 8.</summary>
    [Fact]
    public async Task Running_totals_stand_in_every_chunk_where_they_are_asked_for()
    {
        var used = (await Chunks("\"max_tokens\":9,\"temperature\":0,\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}")).Select(chunk => chunk.GetProperty("usage").GetProperty("completion_tokens").GetInt32()).ToList();
        Assert.Equal(used.Order(), used);
        Assert.Equal(9, used[^1]);
        Assert.True(used.Distinct().Count() > 2);
    }

    /// <summary>Behaviour 9: each of these characters takes several tokens.</summary>
    [Fact]
    public async Task A_character_is_never_cut_in_two()
    {
        const string Text = "媽🤗日本é🌧️";
        var chunks = await Chunks($"\"grammar\":\"root ::= \\\"{Text}\\\"\",\"max_tokens\":60", TestCatalogue.SmolLm);
        Assert.Equal(Text, Said(chunks));
        Assert.All(chunks, chunk => Assert.DoesNotContain('\ufffd', chunk.GetRawText()));
        Assert.True(chunks.Count > 5);
    }

    /// <summary>Behaviour 10.</summary>
    [Fact]
    public async Task Done_is_said_once_and_last_and_an_error_before_the_first_byte_is_a_plain_status()
    {
        var stream = await Stream("\"max_tokens\":5");
        Assert.EndsWith("data: [DONE]\n\n", stream, StringComparison.Ordinal);
        Assert.Single(stream.Split('\n'), line => line == "data: [DONE]");
        using var refused = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody("no-such-model", more: "\"stream\":true"));
        Assert.Equal((404, "application/json"), ((int)refused.StatusCode, refused.Content.Headers.ContentType!.MediaType));
    }

    private async Task<List<JsonElement>> Chunks(string fields, string model = TestCatalogue.Fast, string content = "Hello") =>
        [.. (await Stream(fields, model, content)).Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement)];

    private async Task<string> Stream(string fields, string model = TestCatalogue.Fast, string content = "Hello")
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(model, content, $"\"stream\":true,{fields}"));
        Assert.Equal((200, "text/event-stream; charset=utf-8"), ((int)response.StatusCode, response.Content.Headers.ContentType!.ToString()));
        return await response.Content.ReadAsStringAsync();
    }

    private static JsonElement Choice(JsonElement body) => body.GetProperty("choices")[0];

    private static string Said(IEnumerable<JsonElement> chunks) =>
        string.Concat(chunks.Where(chunk => chunk.GetProperty("choices").GetArrayLength() > 0).Select(chunk => Choice(chunk).GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : ""));
}
