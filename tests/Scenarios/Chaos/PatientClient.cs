using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Platform.Scenarios.Tests.Cluster;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>A client that continues a stream through another gateway when its connection breaks, as <c>Last-Event-ID</c> is meant for.</summary>
/// <param name="key">Null: the key every test uses.</param>
internal sealed class PatientClient(TestCluster cluster, string? key = null) : IDisposable
{
    /// <summary>How long it tries to continue before it calls the stream broken.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly HttpClient[] _gateways = [.. Enumerable.Range(0, cluster.Gateways.Count).Select(i => cluster.Client(i, key))];

    /// <summary>Returns with <see cref="Heard.Error"/> when it was refused before anything came, or when the stream is broken for good.</summary>
    public async Task<Heard> Stream(Recipe recipe, int gateway)
    {
        var heard = new Heard(recipe.Choices);
        await Stream(recipe, gateway, heard, continues: true, CancellationToken.None);
        return heard;
    }

    /// <param name="heard">Filled as it comes.</param>
    /// <param name="continues">Whether it comes back when its connection breaks.</param>
    public async Task Stream(Recipe recipe, int gateway, Heard heard, bool continues, CancellationToken leave)
    {
        HttpRequestMessage Ask() => new(HttpMethod.Post, "v1/chat/completions") { Content = new StringContent(recipe.Body(stream: true), Encoding.UTF8, "application/json") };
        await Read(heard, gateway, Ask, leave);
        var lost = Stopwatch.StartNew();
        for (var next = gateway + 1; continues && !heard.IsDone && heard.Id is not null && lost.Elapsed < Patience; next++)
        {
            var before = heard.Position;
            HttpRequestMessage Continue() => new(HttpMethod.Get, $"v1/chat/completions/{heard.Id}/stream") { Headers = { { "Last-Event-ID", heard.Position } } };
            await Read(heard, next, Continue, leave);
            if (heard.Position != before) lost.Restart();
            if (!heard.IsDone) await Task.Delay(200, leave);
            if (heard.Error?.Contains("generation_incomplete", StringComparison.Ordinal) == true) break;
        }
    }

    /// <summary>An answer that is no stream; null: its connection broke, and whether it was answered is not known.</summary>
    public async Task<ChatAnswer?> Ask(Recipe recipe, int gateway)
    {
        try
        {
            using var response = await _gateways[gateway % _gateways.Length].PostAsync("v1/chat/completions", new StringContent(recipe.Body(stream: false), Encoding.UTF8, "application/json"));
            return new ChatAnswer(response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()), response.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (TaskCanceledException)
        {
            return new ChatAnswer(HttpStatusCode.RequestTimeout, default, null);
        }
    }

    public void Dispose() => Array.ForEach(_gateways, client => client.Dispose());

    private async Task Read(Heard heard, int gateway, Func<HttpRequestMessage> request, CancellationToken leave)
    {
        heard.Connections++;
        try
        {
            using var response = await _gateways[gateway % _gateways.Length].SendAsync(request(), HttpCompletionOption.ResponseHeadersRead, leave);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(leave));
            if (response.StatusCode != HttpStatusCode.OK)
            {
                heard.Error = $"{(int)response.StatusCode} {await reader.ReadToEndAsync(leave)}";
                return;
            }

            await Events(heard, reader, leave);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !leave.IsCancellationRequested)
        {
            heard.Error = $"{e.GetType().Name}: {e.Message}";
        }
        finally
        {
            if (!heard.IsDone && heard.Id is not null) heard.Pulse.Cut();
        }
    }

    private static async Task Events(Heard heard, StreamReader reader, CancellationToken leave)
    {
        var id = "";
        while (await reader.ReadLineAsync(leave) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line["id: ".Length..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            if (line == "data: [DONE]")
            {
                heard.IsDone = true;
                return;
            }

            var chunk = JsonSerializer.Deserialize<JsonElement>(line["data: ".Length..]);
            if (chunk.TryGetProperty("error", out var error))
            {
                heard.Error = error.GetRawText();
                return;
            }

            heard.Take(chunk);
            heard.Position = id;
            heard.Pulse.Beat();
        }

        heard.Error = "The connection ended without an end of the stream.";
    }
}
