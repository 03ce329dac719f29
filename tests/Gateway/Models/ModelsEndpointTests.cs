using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Models;

public class ModelsEndpointTests
{
    [Fact]
    public async Task All_models_are_listed()
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await gateway.Client.GetAsync("/v1/models");
        var json = await response.Json();
        Assert.Equal("list", json.GetProperty("object").GetString());
        Assert.Equal(["tests/bigram", "tests/embed"], json.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData("tests/bigram")]
    [InlineData("tests%2Fbigram")]
    [InlineData("gpt-4o-mini")]
    public async Task One_is_found_by_its_id_with_slashes_plain_or_escaped_or_by_an_alias(string id)
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await gateway.Client.GetAsync($"/v1/models/{id}");
        Assert.Equal("""{"id":"tests/bigram","object":"model","created":1730332800,"owned_by":"us"}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("fake_id", "fake_id")]
    [InlineData("a%2Fb/c", "a/b/c")]
    public async Task An_unknown_one_is_a_404(string path, string id)
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await gateway.Client.GetAsync($"/v1/models/{path}");
        Assert.Equal((404, ($"The model '{id}' does not exist", "invalid_request_error", "model", "model_not_found")), ((int)response.StatusCode, await response.Error()));
    }

    [Fact]
    public async Task The_description_names_every_endpoint()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Client.DefaultRequestHeaders.Authorization = null;
        using var response = await gateway.Client.GetAsync("/openapi.json");
        var paths = (await response.Json()).GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(verb => $"{verb.Name} {path.Name}")).ToList();
        Assert.Superset(
            new HashSet<string>
            {
                "post /v1/chat/completions", "get /v1/models", "get /v1/models/{model}", "get /v1/organization/usage/completions",
                "get /v1/organization/projects/{project}/api_keys", "post /v1/organization/projects/{project}/api_keys", "get /v1/organization/projects/{project}/api_keys/{key}",
                "delete /v1/organization/projects/{project}/api_keys/{key}", "get /v1/organization/projects/{project}/rate_limits", "post /v1/organization/projects/{project}/rate_limits/{limit}",
            },
            paths.ToHashSet());
    }
}
