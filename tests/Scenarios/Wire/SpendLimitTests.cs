using System.Text.Json;
using Platform.Fixtures;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>Behaviour 49: what a project or a key may spend in a month is spent and not exceeded, and its end is told so that no client tries again.</summary>
public sealed class SpendLimitTests(PlatformFixture platform)
{
    private readonly string _project = $"spender-{Guid.NewGuid():n}";

    [Theory]
    [InlineData("chat/completions", TestCatalogue.Fast, """ "messages":[{"role":"user","content":"Hello"}] """)]
    [InlineData("chat/completions", TestCatalogue.Fast, """ "messages":[{"role":"user","content":"Hello"}],"stream":true """)]
    [InlineData("completions", TestCatalogue.Fast, """ "prompt":["a","b"] """)]
    [InlineData("responses", TestCatalogue.Fast, """ "input":"Hello" """)]
    [InlineData("embeddings", TestCatalogue.MiniLm, """ "input":"Hello" """)]
    [InlineData("rerank", TestCatalogue.MiniLm, """ "query":"Hello","documents":["a","b"] """)]
    [InlineData("videos", TestCatalogue.Shapes, """ "prompt":"a red circle","seconds":"4" """)]
    public async Task What_is_used_up_refuses_everything_and_says_not_to_try_again(string path, string model, string body)
    {
        await Limit($"{_project}/spend_limit", """{"threshold_tokens":1}""");
        using var client = platform.ClientOf(await platform.NewKey(_project));
        using var refused = await client.PostJson($"v1/{path}", $$"""{"model":"{{model}}",{{body}}}""");
        Assert.Equal((429, "false", false), ((int)refused.StatusCode, refused.Headers.GetValues("x-should-retry").Single(), refused.Headers.Contains("retry-after")));
        Assert.Equal((null, "insufficient_quota", "insufficient_quota"), await refused.Error());
    }

    [Fact]
    public async Task Many_callers_spend_all_of_a_limit_and_no_more()
    {
        await Limit($"{_project}/spend_limit", """{"threshold_amount":1}""");
        using var client = platform.ClientOf(await platform.NewKey(_project));
        var tried = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => UntilRefused(client)));
        Assert.All(tried, refusal => Assert.Equal("insufficient_quota", refusal));

        var limit = await Eventually.Holds(Read, limit => limit.GetProperty("spent_amount").GetDecimal() >= 0.98m);
        Assert.InRange(limit.GetProperty("spent_amount").GetDecimal(), 0.98m, 1m);
        var cost = await Eventually.Holds(Cost, cost => cost >= 0.0098m);
        Assert.Equal(limit.GetProperty("spent_amount").GetDecimal() / 100, cost);
    }

    [Fact]
    public async Task A_stream_that_runs_out_ends_with_the_reason_length()
    {
        await Limit($"{_project}/spend_limit", """{"threshold_tokens":1000}""");
        using var client = platform.ClientOf(await platform.NewKey(_project));
        using var response = await client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Guessing, more: "\"stream\":true,\"temperature\":0,\"max_tokens\":3000,\"stream_options\":{\"include_usage\":true}"));
        var events = (await response.Content.ReadAsStringAsync()).Split("data: ", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("[DONE]", events[^1].Trim());
        Assert.Contains("\"finish_reason\":\"length\"", events[^3], StringComparison.Ordinal);
        using var last = JsonDocument.Parse(events[^2].Split('\n')[0]);
        Assert.InRange(last.RootElement.GetProperty("usage").GetProperty("total_tokens").GetInt32(), 1000 - 256, 1000);
    }

    [Fact]
    public async Task A_keys_limit_is_its_own()
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        using var made = await admin.PostJson($"v1/organization/projects/{_project}/api_keys", """{"name":"limited"}""");
        var key = await made.Json();
        await Limit($"{_project}/api_keys/{key.GetProperty("id").GetString()}/spend_limit", """{"threshold_tokens":1}""");
        using var limited = platform.ClientOf(key.GetProperty("value").GetString()!);
        using var refused = await limited.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast));
        Assert.Equal("insufficient_quota", (await refused.Error()).Code);
        using var free = platform.ClientOf(await platform.NewKey(_project));
        using var granted = await free.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: "\"max_tokens\":1"));
        Assert.Equal(200, (int)granted.StatusCode);
    }

    private async Task<string?> UntilRefused(HttpClient client)
    {
        while (true)
        {
            using var answer = await client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: "\"max_tokens\":16"));
            if (answer.IsSuccessStatusCode)
            {
                await answer.Json(); // to its end
                continue;
            }

            var code = (await answer.Error()).Code;
            if (code != "rate_limit_exceeded") return code; // what others hold comes back in a moment
            await Task.Delay(50);
        }
    }

    private async Task Limit(string path, string limit)
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        using var set = await admin.PostJson($"v1/organization/projects/{path}", limit);
        Assert.Equal(200, (int)set.StatusCode);
    }

    private async Task<JsonElement> Read()
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        return await admin.GetJson($"v1/organization/projects/{_project}/spend_limit");
    }

    private async Task<decimal> Cost()
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        var page = await admin.GetJson($"v1/organization/costs?start_time={DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeSeconds()}&project_ids[]={_project}");
        return page.GetProperty("data").EnumerateArray().SelectMany(bucket => bucket.GetProperty("results").EnumerateArray()).Sum(result => result.GetProperty("amount").GetProperty("value").GetDecimal());
    }
}
