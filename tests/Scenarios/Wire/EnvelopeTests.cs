namespace Platform.Scenarios.Tests.Wire;

/// <summary>Whatever is wrong with a request, its sender gets the error object, and the next request is served.</summary>
public class EnvelopeTests(PlatformFixture platform)
{
    /// <summary>Behaviour 32.</summary>
    [Theory]
    [InlineData("GET", "v1/unknown", 404)]
    [InlineData("GET", "unknown", 404)]
    [InlineData("PUT", "v1/chat/completions", 405)]
    [InlineData("POST", "v1/models", 405)]
    [InlineData("GET", "v1/models/no/such/model", 404)]
    [InlineData("GET", "v1/models/no%2Fsuch%2Fmodel", 404)]
    public async Task An_unknown_place_or_verb(string method, string path, int status)
    {
        using var response = await platform.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("invalid_request_error", (await response.Error()).Type);
        Assert.Matches("^req_", response.Headers.GetValues("x-request-id").Single());
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("{\"model\":", null)]
    [InlineData("[]", null)]
    [InlineData("\"x\"", null)]
    [InlineData("{}", "model")]
    [InlineData("""{"model":"bigram","messages":null}""", "messages")]
    [InlineData("""{"model":"bigram","messages":[123]}""", "messages[0]")]
    [InlineData("""{"model":"bigram","messages":[{"role":"user","content":123}]}""", "messages[0].content")]
    [InlineData("""{"model":"bigram","messages":[{"role":"user","content":"a"}],"n":"many"}""", "n")]
    [InlineData("""{"model":"bigram","messages":[{"role":"user","content":"a"}],"seed":9223372036854775808}""", "seed")]
    [InlineData("""{"model":"bigram","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f f"}}]}""", "tools[0].function.name")]
    [InlineData("""{"model":"bigram","messages":[{"role":"user","content":"a"}],"stream_options":{}}""", "stream_options")]
    public async Task A_wrong_body(string body, string? param)
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", body);
        Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
        using var next = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: "\"max_tokens\":1"));
        Assert.Equal(200, (int)next.StatusCode);
    }

    /// <summary>Behaviour 11.</summary>
    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task A_prompt_longer_than_the_context_is_a_400_that_counts(string stream)
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, string.Concat(Enumerable.Repeat("word ", 10_000)), $"\"stream\":{stream}"));
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("context_length_exceeded", (await response.Error()).Code);
        Assert.Contains("4096", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_served()
    {
        using var stranger = platform.ClientOf(null);
        using var response = await stranger.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast));
        Assert.Equal((401, "invalid_api_key"), ((int)response.StatusCode, (await response.Error()).Code));
        using var forged = platform.ClientOf(platform.ApiKey[..^6] + "AAAAAA");
        using var refused = await forged.GetAsync("v1/models");
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.DoesNotContain(platform.ApiKey[10..40], await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
