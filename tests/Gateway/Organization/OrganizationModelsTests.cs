using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Fixtures;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Organization;

public class OrganizationModelsTests
{
    [Fact]
    public async Task A_model_is_pulled_polled_shown_and_removed()
    {
        await using var hub = await Hub();
        await using var gateway = await Admin(hub.Urls.Single());
        using var begun = await gateway.Post("/v1/organization/models", """{"repository":"acme/tiny-GGUF","id":"acme/tiny"}""");
        Assert.Equal(202, (int)begun.StatusCode);
        var pull = (await begun.Json()).GetProperty("id").GetString();
        var ended = await Eventually.Holds(() => Read(gateway, $"model_pulls/{pull}"), pull => pull.GetProperty("status").GetString() != "in_progress");
        Assert.Equal(("completed", "acme/tiny", "tiny-Q8_0.gguf"), (ended.GetProperty("status").GetString(), ended.GetProperty("model").GetString(), ended.GetProperty("file").GetString()));
        Assert.Equal(ended.GetProperty("bytes_total").GetInt64(), ended.GetProperty("bytes_done").GetInt64());

        var model = await Eventually.Holds(() => Read(gateway, "models/acme/tiny"), model => model.TryGetProperty("family", out _));
        Assert.Equal(("qwen2.5", true, "{{ messages }}"), (model.GetProperty("family").GetString(), model.GetProperty("removable").GetBoolean(), model.GetProperty("chat_template").GetString()));
        Assert.Contains("acme/tiny", (await Read(gateway, "models")).GetProperty("data").EnumerateArray().Select(listed => listed.GetProperty("id").GetString()));

        using var removed = await gateway.Client.DeleteAsync("/v1/organization/models/acme/tiny");
        Assert.Equal(ended.GetProperty("bytes_total").GetInt64(), (await removed.Json()).GetProperty("bytes_freed").GetInt64());
        await Eventually.Holds(() => gateway.Client.GetAsync("/v1/organization/models/acme/tiny"), answer => (int)answer.StatusCode == 404);
    }

    [Fact]
    public async Task A_pull_that_fails_says_why()
    {
        await using var hub = await Hub();
        await using var gateway = await Admin(hub.Urls.Single());
        using var begun = await gateway.Post("/v1/organization/models", """{"repository":"nobody/nothing"}""");
        var pull = (await begun.Json()).GetProperty("id").GetString();
        var ended = await Eventually.Holds(() => Read(gateway, $"model_pulls/{pull}"), pull => pull.GetProperty("status").GetString() != "in_progress");
        Assert.Equal("failed", ended.GetProperty("status").GetString());
        Assert.Contains("There is no repository nobody/nothing", ended.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_not_be_pulled_or_removed_is_refused()
    {
        await using var gateway = await Admin(null);
        using var wrong = await gateway.Post("/v1/organization/models", """{"repository":"../../etc"}""");
        Assert.Equal((400, "repository"), ((int)wrong.StatusCode, (await wrong.Error()).Param));
        using var bundled = await gateway.Client.DeleteAsync($"/v1/organization/models/{GatewayHost.Model}");
        Assert.Equal((400, "model_not_removable"), ((int)bundled.StatusCode, (await bundled.Error()).Code));
        using var unknown = await gateway.Client.GetAsync("/v1/organization/model_pulls/pull_x");
        Assert.Equal(404, (int)unknown.StatusCode);
        gateway.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Grains.ProjectSecret);
        using var project = await gateway.Client.GetAsync("/v1/organization/models");
        Assert.Contains((int)project.StatusCode, new[] { 401, 403 });
    }

    private static async Task<JsonElement> Read(GatewayHost gateway, string path)
    {
        using var response = await gateway.Client.GetAsync($"/v1/organization/{path}");
        return (await response.Json()).Clone();
    }

    private static async Task<GatewayHost> Admin(string? hub)
    {
        var gateway = await GatewayHost.Start(hub: hub);
        gateway.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Grains.AdminSecret);
        return gateway;
    }

    /// <summary>A hub with one small model.</summary>
    private static async Task<WebApplication> Hub()
    {
        var file = GgufWriter.Bytes([("general.architecture", "qwen2"), ("general.name", "Qwen2.5 Tiny"), ("qwen2.context_length", 4096u), ("tokenizer.chat_template", "{{ messages }}")]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var hub = builder.Build();
        hub.MapGet("/api/models/acme/tiny-GGUF/revision/main", () => Results.Json(new
        {
            sha = "abc", siblings = new[] { new { rfilename = "tiny-Q8_0.gguf", size = file.Length, lfs = new { size = file.Length, sha256 = Convert.ToHexStringLower(SHA256.HashData(file)) } } },
        }));
        hub.MapGet("/acme/tiny-GGUF/resolve/abc/tiny-Q8_0.gguf", () => Results.Bytes(file, enableRangeProcessing: true));
        await hub.StartAsync();
        return hub;
    }
}
