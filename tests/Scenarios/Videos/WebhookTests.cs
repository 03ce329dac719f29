using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Fixtures;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>An application that is told of its videos.</summary>
public sealed class WebhookTests(PlatformFixture platform) : IAsyncLifetime
{
    private readonly ConcurrentQueue<(IHeaderDictionary Headers, string Body)> _told = new();
    private WebApplication? _application;
    private int _refusals;

    [Fact]
    public async Task A_webhook_is_told_again_until_it_listens_and_each_telling_is_signed()
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        var project = (await platform.Client.GetAsync("v1/models")).Headers.GetValues("openai-project").Single();
        using var made = await admin.PostAsJsonAsync($"v1/organization/projects/{project}/webhooks", new { url = $"{Address()}/hook", events = new[] { "video.completed" } });
        var webhook = await made.Json();
        _refusals = 2;

        var id = (await platform.Client.CreateVideo(new { prompt = "a small red circle", num_frames = 5, num_inference_steps = 1 })).Id();
        await platform.Client.Over(id);
        await Eventually.Holds(() => _told.Count >= 3, TimeSpan.FromSeconds(30));

        var key = Convert.FromBase64String(webhook.GetProperty("secret").GetString()!["whsec_".Length..]);
        foreach (var (headers, body) in _told)
        {
            using var json = JsonDocument.Parse(body);
            Assert.Equal(("video.completed", id), (json.RootElement.GetProperty("type").GetString(), json.RootElement.GetProperty("data").GetProperty("id").GetString()));
            Assert.Equal(headers["webhook-id"].ToString(), json.RootElement.GetProperty("id").GetString());
            var expected = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}")));
            Assert.Equal($"v1,{expected}", headers["webhook-signature"]);
        }

        Assert.Single(_told.Select(told => told.Headers["webhook-id"].ToString()).Distinct());
        using var removed = await admin.DeleteAsync($"v1/organization/projects/{project}/webhooks/{webhook.GetProperty("id").GetString()}");
        Assert.True(removed.IsSuccessStatusCode);
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        _application = builder.Build();
        _application.MapPost("/hook", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            _told.Enqueue((new HeaderDictionary(http.Request.Headers.ToDictionary()), await reader.ReadToEndAsync()));
            return Interlocked.Decrement(ref _refusals) >= 0 ? Results.StatusCode(503) : Results.Ok();
        });
        await _application.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _application!.DisposeAsync();

    private string Address() => _application!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
}
