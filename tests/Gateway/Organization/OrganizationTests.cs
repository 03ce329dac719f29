using System.Net.Http.Headers;
using Platform.Gateway.Tests.Host;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Tests.Organization;

public class OrganizationTests
{
    [Fact]
    public async Task A_key_is_made_listed_read_and_revoked_and_its_secret_shown_once()
    {
        await using var gateway = await Admin();
        using var made = await gateway.Post("/v1/organization/projects/acme/api_keys", """{"name":"ci"}""");
        var key = await made.Json();
        var (id, secret) = (key.GetProperty("id").GetString()!, key.GetProperty("value").GetString()!);
        Assert.Equal(("organization.project.api_key", "ci"), (key.GetProperty("object").GetString(), key.GetProperty("name").GetString()));

        foreach (var path in new[] { "/v1/organization/projects/acme/api_keys", $"/v1/organization/projects/acme/api_keys/{id}" })
        {
            var read = await gateway.Client.GetStringAsync(path);
            Assert.Contains(id, read, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, read, StringComparison.Ordinal);
            Assert.DoesNotContain("\"value\"", read, StringComparison.Ordinal);
        }

        using var elsewhere = await gateway.Client.DeleteAsync($"/v1/organization/projects/other/api_keys/{id}");
        Assert.Equal(404, (int)elsewhere.StatusCode);
        using var revoked = await gateway.Client.DeleteAsync($"/v1/organization/projects/acme/api_keys/{id}");
        Assert.Equal($$"""{"object":"organization.project.api_key.deleted","id":"{{id}}","deleted":true}""", await revoked.Content.ReadAsStringAsync());
        using var again = await gateway.Client.DeleteAsync($"/v1/organization/projects/acme/api_keys/{id}");
        Assert.Equal((404, "not_found"), ((int)again.StatusCode, (await again.Error()).Code));
        Assert.Equal("""{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}""", await gateway.Client.GetStringAsync("/v1/organization/projects/acme/api_keys"));
    }

    [Fact]
    public async Task Keys_are_listed_page_by_page()
    {
        await using var gateway = await Admin();
        for (var i = 0; i < 5; i++) (await gateway.Post("/v1/organization/projects/acme/api_keys", $$"""{"name":"k{{i}}"}""")).Dispose();
        var names = new List<string>();
        string? after = null;
        bool more;
        do
        {
            using var response = await gateway.Client.GetAsync($"/v1/organization/projects/acme/api_keys?limit=2{(after is null ? "" : $"&after={after}")}");
            var page = await response.Json();
            names.AddRange(page.GetProperty("data").EnumerateArray().Select(key => key.GetProperty("name").GetString()!));
            (after, more) = (page.GetProperty("last_id").GetString(), page.GetProperty("has_more").GetBoolean());
        }
        while (more);
        Assert.Equal(["k0", "k1", "k2", "k3", "k4"], names.Order());
    }

    [Theory]
    [InlineData("/v1/organization/projects/acme/api_keys", "{}", 400, "name")]
    [InlineData("/v1/organization/projects/acme/api_keys", "{\"name\":\"\"}", 400, "name")]
    [InlineData("/v1/organization/projects/acme/api_keys", "{\"name\":5}", 400, "name")]
    [InlineData("/v1/organization/projects/acme/rate_limits/rl-*", "{\"max_requests_per_1_minute\":0}", 400, "max_requests_per_1_minute")]
    [InlineData("/v1/organization/projects/acme/rate_limits/rl-*", "{\"max_tokens_per_1_minute\":\"1\"}", 400, "max_tokens_per_1_minute")]
    [InlineData("/v1/organization/projects/acme/rate_limits/rl-unknown", "{}", 404, "rate_limit_id")]
    [InlineData("/v1/organization/projects/acme/spend_limit", "{}", 400, "threshold_amount")]
    [InlineData("/v1/organization/projects/acme/spend_limit", "{\"threshold_amount\":-1}", 400, "threshold_amount")]
    [InlineData("/v1/organization/projects/acme/spend_limit", "{\"threshold_amount\":1.5}", 400, "threshold_amount")]
    [InlineData("/v1/organization/projects/acme/spend_limit", "{\"threshold_amount\":1,\"currency\":\"EUR\"}", 400, "currency")]
    [InlineData("/v1/organization/projects/acme/spend_limit", "{\"threshold_amount\":1,\"interval\":\"day\"}", 400, "interval")]
    [InlineData("/v1/organization/projects/acme/api_keys/key_0/spend_limit", "{\"threshold_amount\":1}", 404, "key")]
    [InlineData("/v1/organization/projects/a!b/api_keys", "{}", 404, null)]
    public async Task Wrong_input_is_named(string path, string body, int status, string? param)
    {
        await using var gateway = await Admin();
        using var response = await gateway.Post(path, body);
        Assert.Equal((status, param), ((int)response.StatusCode, (await response.Error()).Param));
    }

    [Fact]
    public async Task Rate_limits_are_set_over_all_models_and_for_one()
    {
        await using var gateway = await Admin();
        using var all = await gateway.Post("/v1/organization/projects/acme/rate_limits/rl-*", """{"max_requests_per_1_minute":60,"max_tokens_per_1_minute":1000}""");
        Assert.Equal("""{"object":"project.rate_limit","id":"rl-*","model":"*","max_requests_per_1_minute":60,"max_tokens_per_1_minute":1000}""", await all.Content.ReadAsStringAsync());
        (await gateway.Post($"/v1/organization/projects/acme/rate_limits/rl-{Uri.EscapeDataString(GatewayHost.Model)}", """{"max_tokens_per_1_minute":500}""")).Dispose();
        (await gateway.Post("/v1/organization/projects/acme/rate_limits/rl-*", """{"max_requests_per_1_minute":null}""")).Dispose();

        var limits = (await gateway.Grains.Quota.Read()).Limits;
        Assert.Equal(new Rate(null, 1000), limits.Project);
        Assert.Equal(new Rate(null, 500), limits.Models[GatewayHost.Model]);
        using var listed = await gateway.Client.GetAsync("/v1/organization/projects/acme/rate_limits");
        Assert.Equal(["rl-*", "rl-tests/bigram", "rl-tests/embed"], (await listed.Json()).GetProperty("data").EnumerateArray().Select(limit => limit.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_spend_limit_is_set_read_replaced_and_lifted_for_a_project_and_for_a_key()
    {
        await using var gateway = await Admin();
        using var made = await gateway.Post("/v1/organization/projects/acme/api_keys", """{"name":"ci"}""");
        var key = (await made.Json()).GetProperty("id").GetString()!;
        gateway.Grains.Quota.SpentByKey[key] = new Amount(700, 123_456);
        gateway.Grains.Quota.SpentByKey["another"] = new Amount(300, 876_544);
        foreach (var (path, name, amount, spent, tokens) in new[] { ("spend_limit", "project", 100, "100", 1000), ($"api_keys/{key}/spend_limit", "project.api_key", 50, "12.3456", 700) })
        {
            using var set = await gateway.Post($"/v1/organization/projects/acme/{path}", $$"""{"threshold_amount":{{amount}},"currency":"USD","interval":"month"}""");
            var expected = $$"""{"object":"{{name}}.spend_limit","threshold_amount":{{amount}},"threshold_tokens":null,"currency":"USD","interval":"month","enforcement":{"status":"{{(amount == 100 ? "enforcing" : "inactive")}}"},"spent_amount":{{spent}},"spent_tokens":{{tokens}}}""";
            Assert.Equal(expected, await set.Content.ReadAsStringAsync());
            Assert.Equal(expected, await gateway.Client.GetStringAsync($"/v1/organization/projects/acme/{path}"));
            (await gateway.Post($"/v1/organization/projects/acme/{path}", """{"threshold_tokens":900}""")).Dispose();
        }

        var limits = (await gateway.Grains.Quota.Read()).Limits;
        Assert.Equal((new Budget(null, 900), new Budget(null, 900)), (limits.ProjectBudget, limits.KeyBudgets[key]));
        foreach (var path in new[] { "spend_limit", $"api_keys/{key}/spend_limit" })
        {
            using var lifted = await gateway.Client.DeleteAsync($"/v1/organization/projects/acme/{path}");
            Assert.EndsWith("""spend_limit.deleted","deleted":true}""", await lifted.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        limits = (await gateway.Grains.Quota.Read()).Limits;
        Assert.Equal((Budget.Unlimited, 0), (limits.ProjectBudget, limits.KeyBudgets.Count));
    }

    private static async Task<GatewayHost> Admin()
    {
        var gateway = await GatewayHost.Start();
        gateway.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Grains.AdminSecret);
        return gateway;
    }
}
