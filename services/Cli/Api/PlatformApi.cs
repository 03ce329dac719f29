using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Api;

/// <summary>The running platform's HTTP API; a refusal becomes the message its error object holds.</summary>
internal sealed class PlatformApi : IDisposable
{
    private readonly HttpClient _http;

    private PlatformApi(string address, string key)
    {
        _http = new HttpClient { BaseAddress = new Uri(address + "/v1/"), Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public static PlatformApi AsApplication(House house) => new(Running(house), Credentials.Read(house).ApiKey);

    public static PlatformApi AsAdmin(House house) => new(Running(house), Credentials.Read(house).AdminKey);

    public Task<JsonElement> Get(string path, CancellationToken cancellation) => Read(new HttpRequestMessage(HttpMethod.Get, path), cancellation);

    public Task<JsonElement> Delete(string path, CancellationToken cancellation) => Read(new HttpRequestMessage(HttpMethod.Delete, path), cancellation);

    public Task<JsonElement> Post(string path, object body, CancellationToken cancellation) =>
        Read(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, cancellation);

    /// <summary>What a list holds, page by page.</summary>
    public async IAsyncEnumerable<JsonElement> List(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        JsonElement page;
        var after = "";
        do
        {
            page = await Get($"{path}?limit=100{after}", cancellation);
            foreach (var one in page.GetProperty("data").EnumerateArray()) yield return one;
            after = $"&after={page.GetProperty("last_id").GetString()}";
        }
        while (page.GetProperty("has_more").GetBoolean());
    }

    /// <summary>Whether requests may name a model or alias so.</summary>
    public async Task<bool> Serves(string name, CancellationToken cancellation)
    {
        using var response = await _http.GetAsync("models/" + string.Join('/', name.Split('/').Select(Uri.EscapeDataString)), cancellation);
        return response.IsSuccessStatusCode;
    }

    /// <summary>The answer's body as it arrives.</summary>
    public async Task<HttpResponseMessage> PostStreaming(string path, object body, CancellationToken cancellation) =>
        await Send(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, cancellation);

    public void Dispose() => _http.Dispose();

    private static string Running(House house) =>
        RunningPlatform.Read(house)?.Address ?? throw new CliException($"The platform does not run on {house.Data}: start it with `./platform up`.");

    private async Task<JsonElement> Read(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var response = await Send(request, cancellation);
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using (request)
            {
                var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
                if (response.IsSuccessStatusCode) return response;
                using (response) throw new CliException(Reason(await response.Content.ReadAsStringAsync(cancellation)) ?? $"{request.Method} {request.RequestUri}: {(int)response.StatusCode} {response.ReasonPhrase}");
            }
        }
        catch (HttpRequestException e)
        {
            throw new CliException($"The platform does not answer: {e.Message}. See ./platform status and ./platform logs.");
        }
    }

    private static string? Reason(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("error").GetProperty("message").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
