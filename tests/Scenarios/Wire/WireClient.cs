using System.Text;
using System.Text.Json;

namespace Platform.Scenarios.Tests.Wire;

internal static class WireClient
{
    public static string ChatBody(string model, string content = "Hello", string more = "") =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{content}}"}]{{(more.Length > 0 ? "," + more : "")}}}""";

    /// <summary>Answers as soon as the headers are there.</summary>
    public static Task<HttpResponseMessage> PostJson(this HttpClient client, string path, string json, CancellationToken cancellation = default) =>
        client.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") }, HttpCompletionOption.ResponseHeadersRead, cancellation);

    public static async Task<JsonElement> Json(this HttpResponseMessage response) => JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    public static async Task<JsonElement> GetJson(this HttpClient client, string path) => JsonDocument.Parse(await client.GetStringAsync(path)).RootElement;

    /// <summary>The error object; it must have exactly its four fields.</summary>
    public static async Task<(string? Param, string? Code, string Type)> Error(this HttpResponseMessage response)
    {
        var error = (await response.Json()).GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(field => field.Name));
        return (error.GetProperty("param").GetString(), error.GetProperty("code").GetString(), error.GetProperty("type").GetString()!);
    }
}
