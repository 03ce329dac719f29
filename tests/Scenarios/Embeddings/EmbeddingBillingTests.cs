using System.Text.Json;
using Platform.Fixtures;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Embeddings;

/// <summary>Embeddings are recorded, settled and billed as what they are.</summary>
public sealed class EmbeddingBillingTests(PlatformFixture platform)
{
    [Fact]
    public async Task Usage_and_costs_are_the_sum_of_the_answers_and_completions_do_not_count_them()
    {
        var (project, client) = await Project();
        var tokens = (await Vectors.Of(client, new[] { "The cat sits on the mat.", "a" }, ",\"user\":\"u1\"")).PromptTokens;
        tokens += (await Vectors.Of(client, "The quick brown fox")).PromptTokens;
        using (var rerank = await client.PostJson("v1/rerank", $$"""{"model":"{{TestCatalogue.MiniLm}}","query":"a","documents":["b"]}""")) tokens += (await rerank.Json()).GetProperty("usage").GetProperty("total_tokens").GetInt64();
        using (await client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: "\"max_tokens\":1")))
        using (await client.PostJson("v1/embeddings", $$"""{"model":"{{TestCatalogue.MiniLm}}","input":[999999]}"""))
        {
            var results = await Eventually.Holds(() => Results($"usage/embeddings?bucket_width=1m&project_ids[]={project}&group_by[]=model"), all => all.Sum(one => one.GetProperty("num_model_requests").GetInt64()) == 3);
            Assert.Equal(tokens, results.Sum(one => one.GetProperty("input_tokens").GetInt64()));
            Assert.All(results, one => Assert.Equal((TestCatalogue.MiniLm, "organization.usage.embeddings.result"), (one.GetProperty("model").GetString(), one.GetProperty("object").GetString())));
            Assert.Single(await Results($"usage/embeddings?project_ids[]={project}&user_ids[]=u1"));
        }

        var chats = await Eventually.Holds(() => Results($"usage/completions?project_ids[]={project}&group_by[]=model"), all => all.Count == 1);
        Assert.Equal((TestCatalogue.Fast, 1), (chats[0].GetProperty("model").GetString(), chats[0].GetProperty("num_model_requests").GetInt32()));

        var costs = await Results($"costs?project_ids[]={project}&group_by[]=line_item");
        var embeddings = costs.Single(one => one.GetProperty("line_item").GetString() == TestCatalogue.MiniLm);
        Assert.Equal(tokens, embeddings.GetProperty("quantity").GetInt64());
        Assert.InRange(embeddings.GetProperty("amount").GetProperty("value").GetDecimal(), (tokens * 0.5m / 1e6m) - 0.000002m, (tokens * 0.5m / 1e6m) + 0.000002m); // a generation's cost is rounded to a millionth
        Assert.Equal("usd", embeddings.GetProperty("amount").GetProperty("currency").GetString());
        var total = Assert.Single(await Results($"costs?project_ids[]={project}"));
        Assert.Equal(costs.Sum(one => one.GetProperty("amount").GetProperty("value").GetDecimal()), total.GetProperty("amount").GetProperty("value").GetDecimal());
    }

    [Fact]
    public async Task A_token_limit_holds_for_embeddings_and_what_was_not_needed_comes_back()
    {
        var (project, client) = await Project();
        using var admin = platform.ClientOf(platform.AdminKey);
        using (await admin.PostJson($"v1/organization/projects/{project}/rate_limits/rl-*", """{"max_tokens_per_1_minute":200}"""))
        using (var granted = await client.PostJson("v1/embeddings", $$"""{"model":"{{TestCatalogue.MiniLm}}","input":"{{new string('a', 90)}} b"}"""))
        {
            Assert.Equal((200, "200", TestCatalogue.MiniLm), ((int)granted.StatusCode, granted.Headers.GetValues("x-ratelimit-limit-tokens").Single(), granted.Headers.GetValues("openai-model").Single()));
        }

        // only what was really read is gone, so the same fits again, and again
        using (var again = await client.PostJson("v1/embeddings", $$"""{"model":"{{TestCatalogue.MiniLm}}","input":"{{new string('a', 90)}} b"}""")) Assert.Equal(200, (int)again.StatusCode);
        using var refused = await client.PostJson("v1/embeddings", $$"""{"model":"{{TestCatalogue.MiniLm}}","input":{{JsonSerializer.Serialize(Enumerable.Repeat("a b c", 100))}}}""");
        Assert.Equal((429, "rate_limit_exceeded"), ((int)refused.StatusCode, (await refused.Error()).Code));
    }

    private async Task<(string Id, HttpClient Client)> Project()
    {
        var project = $"embeds-{Guid.NewGuid():n}";
        using var admin = platform.ClientOf(platform.AdminKey);
        using var response = await admin.PostJson($"v1/organization/projects/{project}/api_keys", """{"name":"test"}""");
        return (project, platform.ClientOf((await response.Json()).GetProperty("value").GetString()!));
    }

    private async Task<List<JsonElement>> Results(string query)
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        var page = await admin.GetJson($"v1/organization/{query}&start_time={DateTimeOffset.UtcNow.AddMinutes(-30).ToUnixTimeSeconds()}");
        return [.. page.GetProperty("data").EnumerateArray().SelectMany(bucket => bucket.GetProperty("results").EnumerateArray())];
    }
}
