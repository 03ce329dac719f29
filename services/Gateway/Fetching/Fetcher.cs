using Microsoft.Extensions.Options;
using Platform.Outbound;

namespace Platform.Gateway.Fetching;

/// <summary>Configuration section <c>Platform:Gateway:Fetching</c>.</summary>
public sealed record FetchOptions
{
    public const string Section = "Platform:Gateway:Fetching";

    /// <summary>Whether private addresses may be asked too: only where all callers are trusted.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>For all of a fetch, redirects included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Fetches what a request's URL names, from public addresses only, bounded in size and time.</summary>
internal sealed class Fetcher : IDisposable
{
    private readonly HttpClient _client;

    public Fetcher(IOptions<FetchOptions> options) => _client = GuardedHttp.Create(redirects: 3, options.Value.AllowPrivateAddresses, options.Value.Timeout);

    /// <exception cref="FetchException">It could not be fetched; the message is fit for the client.</exception>
    public async Task<byte[]> Fetch(Uri url, int mostBytes, CancellationToken cancellation)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")) throw new FetchException("only http and https URLs are fetched");
        if (url.UserInfo.Length > 0) throw new FetchException("a URL with a user name is not fetched");
        try
        {
            using var answer = await _client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode) throw new FetchException($"the server answered {(int)answer.StatusCode}");
            if (answer.Content.Headers.ContentLength > mostBytes) throw new FetchException($"it has {answer.Content.Headers.ContentLength} bytes and at most {mostBytes} are read");
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(_client.Timeout);
            await using var stream = await answer.Content.ReadAsStreamAsync(timeout.Token);
            using var content = new MemoryStream();
            var buffer = new byte[1 << 16];
            while (await stream.ReadAsync(buffer, timeout.Token) is > 0 and var read)
            {
                if (content.Length + read > mostBytes) throw new FetchException($"it has more than the {mostBytes} bytes that are read");
                content.Write(buffer, 0, read);
            }

            return content.ToArray();
        }
        catch (HttpRequestException e) when (e.InnerException is PrivateAddressException)
        {
            throw new FetchException("it leads to a private address", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new FetchException("the server can't be reached", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new FetchException("the server took too long", e);
        }
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>Why something was not fetched, as the end of a sentence.</summary>
internal sealed class FetchException : Exception
{
    public FetchException() { }
    public FetchException(string message) : base(message) { }
    public FetchException(string message, Exception inner) : base(message, inner) { }
}
