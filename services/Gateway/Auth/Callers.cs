using Platform.Grains.Keys;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Auth;

/// <summary>Tells who sends a request, by its bearer key, or the one in <c>x-api-key</c>.</summary>
internal sealed class Callers(ApiKeys keys)
{
    private const string Bearer = "Bearer ";

    /// <param name="scope">What the key must be for; null: any key will do.</param>
    public async ValueTask<ApiResult<ApiKeyIdentity>> Find(HttpContext http, KeyScope? scope)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length == 0 && http.Request.Headers["x-api-key"].ToString() is { Length: > 0 } key) header = Bearer + key; // as Anthropic's clients send it
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || header.AsSpan(Bearer.Length).Trim() is not { Length: > 0 } secret)
        {
            return ApiError.Unauthorized("You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).");
        }

        if (await keys.Find(secret.ToString()) is not { } caller)
        {
            return ApiError.Unauthorized($"Incorrect API key provided: {Redact(header.AsSpan(Bearer.Length).Trim())}. You can get an API key from whoever runs this platform.");
        }

        if (scope is { } needed && needed != caller.Scope)
        {
            return ApiError.Forbidden(needed == KeyScope.Admin
                ? "You have insufficient permissions for this operation: it needs an admin API key."
                : "You have insufficient permissions for this operation: it needs a project's API key, not an admin key.");
        }

        http.Response.Headers["openai-organization"] = "platform";
        http.Response.Headers["openai-project"] = caller.ProjectId;
        return caller;
    }

    /// <summary>Enough of a wrong key to know it by: at most its first 8 and last 4 characters.</summary>
    internal static string Redact(ReadOnlySpan<char> secret)
    {
        var (first, last) = (Math.Min(8, secret.Length / 4), Math.Min(4, secret.Length / 8));
        return $"{secret[..first]}{new string('*', Math.Min(64, secret.Length - first - last))}{secret[^last..]}";
    }
}
