using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Platform.Gateway.Auth;
using Platform.Gateway.Tests.Host;
using Platform.Grains.Keys;

namespace Platform.Gateway.Tests.Auth;

public class CallersTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer")]
    [InlineData("Bearer  ")]
    public async Task Without_a_key_it_is_a_401(string? authorization)
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await Ask(gateway, authorization);
        var error = await response.Error();
        Assert.Equal((401, "invalid_request_error", null, "invalid_api_key"), ((int)response.StatusCode, error.Type, error.Param, error.Code));
        Assert.StartsWith("You didn't provide an API key.", error.Message, StringComparison.Ordinal);
        Assert.Null(response.Header("openai-organization"));
    }

    [Fact]
    public async Task A_wrong_key_is_a_401_that_does_not_repeat_it()
    {
        await using var gateway = await GatewayHost.Start();
        var wrong = gateway.Grains.ProjectSecret[..^4] + "wxyz";
        using var response = await Ask(gateway, $"Bearer {wrong}");
        var error = await response.Error();
        Assert.Equal((401, "invalid_api_key"), ((int)response.StatusCode, error.Code));
        Assert.StartsWith($"Incorrect API key provided: {wrong[..8]}****", error.Message, StringComparison.Ordinal);
        Assert.Contains("*wxyz.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong[8..^4], error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not-a-real-key-because-it-is-anonymized", "not-a-re***************************ized")]
    [InlineData("short-key", "sh******y")]
    [InlineData("abc", "***")]
    public void A_key_is_shown_as_its_first_and_last_characters(string key, string shown) => Assert.Equal(shown, Callers.Redact(key));

    [Fact]
    public async Task A_good_key_opens_and_names_its_project()
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await Ask(gateway, $"bearer {gateway.Grains.ProjectSecret}");
        Assert.Equal((200, "project"), ((int)response.StatusCode, response.Header("openai-project")));
    }

    [Fact]
    public async Task A_key_is_asked_about_once_in_half_a_second_and_a_revoked_one_stops()
    {
        await using var gateway = await GatewayHost.Start();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++) (await Ask(gateway, $"Bearer {gateway.Grains.ProjectSecret}")).Dispose();
        Assert.InRange(gateway.Grains.Keys.Questions, 1, 1 + (int)(Stopwatch.GetElapsedTime(began) / TimeSpan.FromMilliseconds(500)));

        await gateway.Grains.GetGrain<IApiKey>(ApiKeySecret.KeyId(gateway.Grains.ProjectSecret)!).Revoke();
        using var patience = new CancellationTokenSource(GatewayHost.Soon);
        while (true)
        {
            using var response = await Ask(gateway, $"Bearer {gateway.Grains.ProjectSecret}");
            if ((int)response.StatusCode == 401) return;
            await Task.Delay(20, patience.Token);
        }
    }

    [Fact]
    public async Task When_nobody_can_say_whose_key_it_is_it_is_a_503()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Grains.Keys.Outage = new InvalidOperationException("outer", new SocketException());
        using var response = await Ask(gateway, $"Bearer {gateway.Grains.ProjectSecret}");
        Assert.Equal((503, "2"), ((int)response.StatusCode, response.Header("retry-after")));
        Assert.Equal("service_unavailable", (await response.Error()).Code);
    }

    [Fact]
    public async Task Each_key_opens_only_what_it_is_for()
    {
        await using var gateway = await GatewayHost.Start();
        using var project = await Ask(gateway, $"Bearer {gateway.Grains.ProjectSecret}", "/v1/organization/usage/completions?start_time=0");
        Assert.Equal((403, "insufficient_permissions"), ((int)project.StatusCode, (await project.Error()).Code));
        gateway.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Grains.AdminSecret);
        using var admin = await gateway.Chat();
        Assert.Equal((403, "insufficient_permissions"), ((int)admin.StatusCode, (await admin.Error()).Code));
    }

    private static async Task<HttpResponseMessage> Ask(GatewayHost gateway, string? authorization, string path = "/v1/models")
    {
        gateway.Client.DefaultRequestHeaders.Remove("Authorization");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await gateway.Client.SendAsync(request);
    }
}
