using System.Globalization;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Generations;

/// <summary><c>x-ratelimit-*</c>: the state of the tightest limits, where there are any.</summary>
internal static class RateLimitHeaders
{
    public static void Write(HttpResponse response, QuotaAnswer quota)
    {
        Write(response.Headers, "requests", quota.Requests);
        Write(response.Headers, "tokens", quota.Tokens);
    }

    private static void Write(IHeaderDictionary headers, string kind, RateReport rate)
    {
        if (rate.Limit == 0) return;
        headers[$"x-ratelimit-limit-{kind}"] = rate.Limit.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-remaining-{kind}"] = Math.Max(0, rate.Remaining).ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-reset-{kind}"] = Duration(rate.ResetMs);
    }

    /// <summary>As Go prints durations: <c>0s</c>, <c>20ms</c>, <c>1.5s</c>, <c>1m0s</c>.</summary>
    internal static string Duration(int milliseconds) => milliseconds switch
    {
        0 => "0s",
        < 1000 => $"{milliseconds}ms",
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000m:0.###}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 60_000}m{milliseconds % 60_000 / 1000m:0.###}s"),
    };
}
