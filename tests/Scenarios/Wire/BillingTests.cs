using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Platform.Fixtures;
using Platform.Grains.Pools;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>What an answer says it used is what the usage API says, whatever became of the client.</summary>
public class BillingTests(PlatformFixture platform)
{
    /// <summary>Behaviour 50.</summary>
    [Fact]
    public async Task Usage_is_the_sum_of_the_answers()
    {
        var project = $"usage-{Guid.NewGuid():n}";
        using var client = platform.ClientOf((await MakeKey(project)).Secret);
        var (input, output) = (0L, 0L);
        for (var i = 1; i <= 6; i++)
        {
            using var response = await client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: $"\"max_tokens\":{i},\"n\":{1 + (i % 2)},\"user\":\"u{i % 2}\""));
            var used = (await response.Json()).GetProperty("usage");
            input += used.GetProperty("prompt_tokens").GetInt64();
            output += used.GetProperty("completion_tokens").GetInt64();
        }

        var results = await Eventually.Holds(() => Usage(project), all => all.Sum(one => one.GetProperty("num_model_requests").GetInt64()) == 6);
        Assert.Equal((input, output), (results.Sum(one => one.GetProperty("input_tokens").GetInt64()), results.Sum(one => one.GetProperty("output_tokens").GetInt64())));
        var byUser = await Usage(project, "&group_by[]=user_id&group_by[]=model");
        Assert.Equal(["u0", "u1"], byUser.Select(one => one.GetProperty("user_id").GetString()).Order());
        Assert.All(byUser, one => Assert.Equal(TestCatalogue.Fast, one.GetProperty("model").GetString()));
        Assert.Empty(await Usage(project, "&models=another"));
    }

    [Fact]
    public async Task A_client_that_leaves_frees_its_slot_and_pays_for_what_was_made()
    {
        var project = $"leaver-{Guid.NewGuid():n}";
        using var client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = platform.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await MakeKey(project)).Secret);
        var received = 0;
        using (var response = await client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Steady, more: "\"stream\":true,\"max_tokens\":1000,\"temperature\":0")))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (received < 20) received += (await reader.ReadLineAsync())!.Contains("\"content\":", StringComparison.Ordinal) ? 1 : 0;
            Assert.True((await Pool()).Granted > 0);
        }

        await Eventually.Holds(Pool, pool => pool.Granted == 0);
        var billed = (await Eventually.Holds(() => Usage(project), all => all.Count > 0)).Single().GetProperty("output_tokens").GetInt64();
        Assert.InRange(billed, received - 1, received + 33 + 100); // what came, a frame, and the steps of a moment
    }

    [Fact]
    public async Task A_key_is_felt_from_its_making_until_its_end()
    {
        var (id, secret) = await MakeKey("short-lived");
        using var client = platform.ClientOf(secret);
        Assert.Equal(200, (int)(await client.GetAsync("v1/models")).StatusCode);
        using var admin = platform.ClientOf(platform.AdminKey);
        Assert.Equal(200, (int)(await admin.DeleteAsync($"v1/organization/projects/short-lived/api_keys/{id}")).StatusCode);
        await Eventually.Holds(async () => (int)(await client.GetAsync("v1/models")).StatusCode, status => status == 401);
    }

    /// <summary>Behaviour 49, with <see cref="SpendLimitTests"/>.</summary>
    [Fact]
    public async Task A_rate_is_enforced_and_told_in_the_headers()
    {
        var project = $"limited-{Guid.NewGuid():n}";
        using var admin = platform.ClientOf(platform.AdminKey);
        using var set = await admin.PostJson($"v1/organization/projects/{project}/rate_limits/rl-*", """{"max_requests_per_1_minute":3}""");
        Assert.Equal(200, (int)set.StatusCode);
        using var client = platform.ClientOf((await MakeKey(project)).Secret);
        for (var left = 2; left >= 0; left--)
        {
            using var granted = await client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: "\"max_tokens\":1"));
            Assert.Equal((200, "3", $"{left}"), ((int)granted.StatusCode, granted.Headers.GetValues("x-ratelimit-limit-requests").Single(), granted.Headers.GetValues("x-ratelimit-remaining-requests").Single()));
        }

        using var refused = await client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: "\"max_tokens\":1"));
        Assert.Equal((429, "rate_limit_exceeded"), ((int)refused.StatusCode, (await refused.Error()).Code));
        Assert.InRange(int.Parse(refused.Headers.GetValues("retry-after").Single(), System.Globalization.CultureInfo.InvariantCulture), 1, 60);
    }

    [Fact]
    public async Task Several_prompts_of_a_request_count_as_one_request()
    {
        var project = $"prompts-{Guid.NewGuid():n}";
        using var admin = platform.ClientOf(platform.AdminKey);
        using var set = await admin.PostJson($"v1/organization/projects/{project}/rate_limits/rl-*", """{"max_requests_per_1_minute":2}""");
        using var client = platform.ClientOf((await MakeKey(project)).Secret);
        for (var left = 1; left >= 0; left--)
        {
            using var answer = await client.PostJson("v1/completions", $$"""{"model":"{{TestCatalogue.Fast}}","prompt":["a","b","c","d"],"max_tokens":1}""");
            Assert.Equal((200, $"{left}"), ((int)answer.StatusCode, answer.Headers.GetValues("x-ratelimit-remaining-requests").Single()));
        }

        using var refused = await client.PostJson("v1/completions", $$"""{"model":"{{TestCatalogue.Fast}}","prompt":["a","b"],"max_tokens":1}""");
        Assert.Equal(429, (int)refused.StatusCode);
    }

    private ValueTask<PoolReport> ReadPool() => platform.Services.GetRequiredService<IGrainFactory>().GetGrain<IPool>(TestCatalogue.Steady).Read();

    private Task<PoolReport> Pool() => ReadPool().AsTask();

    private async Task<(string Id, string Secret)> MakeKey(string project)
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        using var response = await admin.PostJson($"v1/organization/projects/{project}/api_keys", """{"name":"test"}""");
        var key = await response.Json();
        return (key.GetProperty("id").GetString()!, key.GetProperty("value").GetString()!);
    }

    private async Task<List<JsonElement>> Usage(string project, string more = "")
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        var start = DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeSeconds();
        var page = await admin.GetJson($"v1/organization/usage/completions?start_time={start}&bucket_width=1m&project_ids[]={project}{more}");
        return [.. page.GetProperty("data").EnumerateArray().SelectMany(bucket => bucket.GetProperty("results").EnumerateArray())];
    }
}
