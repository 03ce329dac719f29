using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Platform.Scenarios.Tests.Chat;

/// <summary>A stream that has ended is given again from the ledger, event by event.</summary>
public sealed class ReconnectTests(PlatformFixture platform)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task From_any_event_on_it_is_what_it_was(bool logprobs)
    {
        var lines = await Lines(Ask(store: true, logprobs));
        Assert.Equal(logprobs, lines.Exists(line => line.Contains("\"top_logprobs\":[{", StringComparison.Ordinal)));
        var id = Id(lines);
        var events = lines.Where(line => line.StartsWith("id: ", StringComparison.Ordinal)).Select(line => line["id: ".Length..]).ToList();
        Assert.True(events.Count > 10);
        for (var cut = 0; cut < events.Count; cut += 7)
        {
            var rest = await Lines(new(HttpMethod.Get, $"v1/chat/completions/{id}/stream?starting_after={events[cut]}"));
            Assert.Equal("data: [DONE]", rest[^1]);
            // the choices come one after the other now
            Assert.Equal(PerChoice(lines[(lines.IndexOf($"id: {events[cut]}") + 2)..]), PerChoice(rest));
        }
    }

    [Fact]
    public async Task What_is_not_kept_can_not_be_given_again()
    {
        var id = Id(await Lines(Ask(store: false)));
        using var response = await platform.Client.GetAsync($"v1/chat/completions/{id}/stream");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("content_not_stored", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("code").GetString());
    }

    private static HttpRequestMessage Ask(bool store, bool logprobs = false) => new(HttpMethod.Post, "v1/chat/completions")
    {
        Content = JsonContent.Create(new { model = TestCatalogue.Fast, messages = new[] { new { role = "user", content = "Again?" } }, n = 2, seed = 9, max_tokens = 60, stream = true, store, logprobs, top_logprobs = logprobs ? 2 : (int?)null, stream_options = new { include_usage = true } }),
    };

    private async Task<List<string>> Lines(HttpRequestMessage request)
    {
        using var response = await platform.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        request.Dispose();
        return [.. (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line != ": ping")];
    }

    private static string Id(List<string> lines) => JsonSerializer.Deserialize<JsonElement>(lines.First(line => line.StartsWith("data: {", StringComparison.Ordinal))["data: ".Length..]).GetProperty("id").GetString()!; // every chunk has one

    private static List<string> PerChoice(List<string> lines) =>
        [.. lines.Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).OrderBy(line => line.Contains("\"index\":1,", StringComparison.Ordinal))];
}
