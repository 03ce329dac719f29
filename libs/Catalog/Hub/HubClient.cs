using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Platform.Catalog.Hub;

/// <summary>Asks the hub. Redirects are followed by hand, so that the token stays with the hub's own host.</summary>
internal sealed class HubClient : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HubOptions options;
    private readonly Uri address;
    private readonly HttpClient http;

    public HubClient(HubOptions options)
    {
        this.options = options;
        address = options.Address();
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(15) }) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("platform", "1.0"));
    }

    /// <exception cref="CatalogException">There is no such repository, it may not be read, or the hub does not answer.</exception>
    public async Task<HubRepository> Read(string repo, string revision, CancellationToken cancellation)
    {
        var path = $"api/models/{repo}/revision/{Uri.EscapeDataString(revision)}?blobs=true";
        for (var attempt = 1; ; attempt++)
        {
            using var quiet = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            quiet.CancelAfter(options.Silence);
            try
            {
                using var response = await Get(path, null, quiet.Token);
                if (!response.IsSuccessStatusCode) throw HubRefusal.Of(response, options, repo, revision, null);
                return HubRepository.Parse(repo, await response.Content.ReadAsStringAsync(quiet.Token));
            }
            catch (JsonException e)
            {
                throw new CatalogException($"{options.Endpoint} does not answer as a model hub does: {e.Message}", e);
            }
            catch (Exception e) when (IsTransient(e) && !cancellation.IsCancellationRequested)
            {
                if (attempt >= options.Attempts) throw Unreachable(e);
                await Task.Delay(Pause(attempt), cancellation);
            }
        }
    }

    /// <summary>Opens a file of a repository, or a part of it; the caller reads the answer, whatever its status.</summary>
    public Task<HttpResponseMessage> Open(HubRepository repo, string path, RangeHeaderValue? range, CancellationToken cancellation) =>
        Get($"{repo.Name}/resolve/{repo.Commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}", range, cancellation);

    /// <summary>Worth another attempt.</summary>
    public static bool IsTransient(Exception e) => e is HttpRequestException or TransientStatusException or OperationCanceledException or HttpIOException or EndOfStreamException;

    public static bool IsTransient(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    public TimeSpan Pause(int failures) => TimeSpan.FromTicks(Math.Min(TimeSpan.FromSeconds(15).Ticks, options.FirstPause.Ticks << Math.Min(failures - 1, 10)));

    public CatalogException Unreachable(Exception e) => new($"{address.Host} can't be reached: {Reason(e)}. Is HF_ENDPOINT ({options.Endpoint}) right, and is there a network?", e);

    private string Reason(Exception e) => e is OperationCanceledException ? $"nothing came for {options.Silence.TotalSeconds:0} s" : (e.InnerException ?? e).Message.TrimEnd('.');

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> Get(string path, RangeHeaderValue? range, CancellationToken cancellation)
    {
        var target = new Uri(address, path);
        for (var hops = 0; ; hops++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target);
            request.Headers.Range = range;
            if (options.Token.Length > 0 && target.Authority == address.Authority && target.Scheme == address.Scheme)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
            }

            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.Headers.Location is not { } location || (int)response.StatusCode is < 300 or > 399)
            {
                if (!IsTransient(response.StatusCode)) return response;
                using (response) throw new TransientStatusException(response.StatusCode);
            }

            using (response) target = new Uri(target, location);
            if (hops >= MostRedirects) throw new CatalogException($"{address.Host} redirects more than {MostRedirects} times ({target.Host} at last).");
            if (target.Scheme != "https" && target.Scheme != address.Scheme) throw new CatalogException($"{address.Host} redirects to {target.Scheme}://{target.Host}, which is not encrypted.");
        }
    }
}

internal sealed class TransientStatusException(HttpStatusCode status) : Exception($"it answered {(int)status}");
