namespace Platform.Cli.Api;

/// <summary>The platform's health endpoints, which need no key.</summary>
internal static class Health
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    public static Task<bool> IsLive(string address, CancellationToken cancellation) => Answers(address + "/health/live", cancellation);

    public static Task<bool> IsReady(string address, CancellationToken cancellation) => Answers(address + "/health/ready", cancellation);

    private static async Task<bool> Answers(string url, CancellationToken cancellation)
    {
        try
        {
            using var response = await Http.GetAsync(url, cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
