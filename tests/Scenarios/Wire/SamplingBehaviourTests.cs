using System.Text.Json;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>Limits, stops, seeds, choices, biases and counts. The numbered behaviours are those of the API reference.</summary>
public sealed class SamplingBehaviourTests(PlatformFixture platform)
{
    /// <summary>Behaviour 13.</summary>
    [Fact]
    public async Task The_limit_ends_with_length_and_a_stop_string_with_stop_and_is_never_seen()
    {
        const string Sea = "\"temperature\":0,\"max_tokens\":60";
        var free = await Ask(Sea);
        var text = Content(free);
        Assert.Equal("length", Finish(await Ask("\"temperature\":0,\"max_tokens\":3")));
        var stop = text[10..14];
        var whole = await Ask($"{Sea},\"stop\":[{JsonSerializer.Serialize(stop)}]");
        Assert.Equal((text[..text.IndexOf(stop, StringComparison.Ordinal)], "stop"), (Content(whole), Finish(whole)));

        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, "Hello", $"{Sea},\"stream\":true,\"stop\":[{JsonSerializer.Serialize(stop)}]"));
        var said = string.Concat((await response.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("choices")[0].GetProperty("delta"))
            .Select(delta => delta.TryGetProperty("content", out var content) ? content.GetString() : ""));
        Assert.Equal(Content(whole), said);
    }

    /// <summary>Behaviour 14.</summary>
    [Fact]
    public async Task A_seed_repeats_another_differs_and_greedy_is_always_the_same()
    {
        var first = Content(await Ask("\"seed\":1,\"temperature\":1,\"max_tokens\":40"));
        Assert.Equal(first, Content(await Ask("\"seed\":1,\"temperature\":1,\"max_tokens\":40")));
        Assert.NotEqual(first, Content(await Ask("\"seed\":2,\"temperature\":1,\"max_tokens\":40")));
        Assert.Equal(Content(await Ask("\"seed\":1,\"temperature\":0,\"max_tokens\":40")), Content(await Ask("\"seed\":2,\"temperature\":0,\"max_tokens\":40")));
        foreach (var seed in (string[])["9223372036854775808", "-9223372036854775809", "1.5"])
        {
            using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: $"\"seed\":{seed}"));
            Assert.Equal((400, "seed"), ((int)response.StatusCode, (await response.Error()).Param));
        }
    }

    /// <summary>Behaviour 15; of a stream see behaviours 1 to 4, of several prompts <see cref="CompletionTests"/>.</summary>
    [Fact]
    public async Task Choices_are_numbered_and_each_ends()
    {
        var choices = (await Ask("\"n\":3,\"max_tokens\":8,\"temperature\":1,\"seed\":5")).GetProperty("choices").EnumerateArray().ToList();
        Assert.Equal([0, 1, 2], choices.Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.All(choices, choice => Assert.Contains(choice.GetProperty("finish_reason").GetString(), (string[])["stop", "length"]));
        Assert.True(choices.Select(choice => choice.GetProperty("message").GetProperty("content").GetString()).Distinct().Count() > 1);
    }

    /// <summary>Behaviour 16: 125 is the letter z.</summary>
    [Fact]
    public async Task A_bias_of_a_hundred_forces_a_token_and_of_minus_a_hundred_bans_it()
    {
        Assert.Equal("zzzz", Content(await Ask("\"logit_bias\":{\"125\":100},\"max_tokens\":4,\"temperature\":0")));
        Assert.DoesNotContain('z', Content(await Ask("\"logit_bias\":{\"125\":-100},\"max_tokens\":200,\"temperature\":1,\"seed\":3")));
        foreach (var (bias, param) in ((string, string)[])[("{\"z\":1}", "logit_bias"), ("{\"125\":101}", "logit_bias.125"), ("{\"99999999\":1}", "logit_bias")])
        {
            using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: $"\"logit_bias\":{bias}"));
            Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
        }
    }

    /// <summary>Behaviour 17.</summary>
    [Fact]
    public async Task What_was_used_is_what_was_drawn()
    {
        for (var most = 1; most < 6; most++)
        {
            var usage = (await Ask($"\"max_tokens\":{most},\"n\":2,\"temperature\":0")).GetProperty("usage");
            Assert.Equal(2 * most, usage.GetProperty("completion_tokens").GetInt32());
        }

        using var counted = await platform.Client.PostJson("v1/chat/completions/input_tokens", WireClient.ChatBody(TestCatalogue.Fast));
        Assert.Equal((await Ask("\"max_tokens\":1")).GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), (await counted.Json()).GetProperty("input_tokens").GetInt32());
    }

    /// <summary>Penalties look at all that was said; who asks for less is told so.</summary>
    [Theory]
    [InlineData("\"repeat_last_n\":64", null)]
    [InlineData("\"repeat_last_n\":-1,\"repeat_penalty\":1.1", null)]
    [InlineData("\"repeat_last_n\":64,\"repeat_penalty\":1.1", "repeat_last_n")]
    [InlineData("\"repeat_last_n\":0,\"frequency_penalty\":1", "repeat_last_n")]
    [InlineData("\"repeat_last_n\":-2", "repeat_last_n")]
    public async Task A_shorter_look_back_is_refused_by_name(string fields, string? param)
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: $"\"max_tokens\":1,{fields}"));
        Assert.Equal(param is null ? 200 : 400, (int)response.StatusCode);
        if (param is not null) Assert.Equal(param, (await response.Error()).Param);
    }

    private async Task<JsonElement> Ask(string fields)
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, "Hello", fields));
        Assert.Equal(200, (int)response.StatusCode);
        return await response.Json();
    }

    private static string Content(JsonElement body) => body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;

    private static string Finish(JsonElement body) => body.GetProperty("choices")[0].GetProperty("finish_reason").GetString()!;
}
