using System.Text.Json;

namespace Platform.Gateway.Tests.Host;

internal static class Answers
{
    public static async Task<JsonElement> Json(this HttpResponseMessage response) => JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    /// <summary>The error object; it must have exactly its four fields.</summary>
    public static async Task<(string Message, string Type, string? Param, string? Code)> Error(this HttpResponseMessage response)
    {
        var error = (await response.Json()).GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(field => field.Name));
        return (error.GetProperty("message").GetString()!, error.GetProperty("type").GetString()!, error.GetProperty("param").GetString(), error.GetProperty("code").GetString());
    }

    public static string? Header(this HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
