using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Platform.Scenarios.Tests.Responses;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>Ten thousand bodies with something wrong in them, from a fixed seed: never a 500, always the error object, and the field's name where the body is an object at all.</summary>
public sealed class MalformedBodyTests(PlatformFixture platform)
{
    private const int Bodies = 10_000, AtOnce = 8;

    public static TheoryData<int> Endpoints => [.. Enumerable.Range(0, MalformedBodies.Valid.Length)];

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task A_body_with_something_wrong_is_told_what(int endpoint)
    {
        var (path, valid) = MalformedBodies.Valid[endpoint];
        using var client = platform.ClientOf(path.StartsWith("v1/organization", StringComparison.Ordinal) ? platform.AdminKey : platform.ApiKey);
        path = await Filled(path);
        var random = new Random(20261126 + endpoint);
        var bodies = Enumerable.Range(0, (Bodies / MalformedBodies.Valid.Length) + 1).Select(_ => MalformedBodies.Broken(valid, random)).ToList();
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (body, cancellation) => await Check(client, path, body, cancellation));
        using var next = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: "\"max_tokens\":1"));
        Assert.Equal(200, (int)next.StatusCode);
    }

    private async Task<string> Filled(string path)
    {
        if (path.Contains("{project}", StringComparison.Ordinal)) return path.Replace("{project}", $"malformed-{Guid.NewGuid():n}", StringComparison.Ordinal);
        if (path.Contains("{conversation}", StringComparison.Ordinal)) return path.Replace("{conversation}", await Made("v1/conversations", "{}"), StringComparison.Ordinal);
        return path.Contains("{completion}", StringComparison.Ordinal) ? path.Replace("{completion}", await Made("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: "\"max_tokens\":1,\"store\":true")), StringComparison.Ordinal) : path;
    }

    private async Task<string> Made(string path, string body)
    {
        using var response = await platform.Client.PostJson(path, body);
        return (await response.Json()).Id();
    }

    private static async Task Check(HttpClient client, string path, byte[] body, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
        var answer = await response.Content.ReadAsStringAsync(cancellation);
        var told = $"{path} {(int)response.StatusCode}: {Encoding.UTF8.GetString(body)} → {answer}";
        Assert.True((int)response.StatusCode is 200 or (>= 400 and < 500), told);
        if (response.IsSuccessStatusCode) return;
        var error = JsonDocument.Parse(answer).RootElement.GetProperty("error");
        if (path.StartsWith("v1/messages", StringComparison.Ordinal))
        {
            Assert.True(error.EnumerateObject().Select(field => field.Name).SequenceEqual(["type", "message"]), told);
            return;
        }

        Assert.True(error.EnumerateObject().Select(field => field.Name).SequenceEqual(["message", "type", "param", "code"]), told);
        // a number of dimensions below 1 is refused in OpenAI's own words, which name it in the message alone
        Assert.True(error.GetProperty("param").ValueKind == JsonValueKind.String || !IsObject(body) || error.GetProperty("message").GetString()!.EndsWith("- 'dimensions'", StringComparison.Ordinal), told);
    }

    /// <summary>Whether there are fields to name: what is no JSON object, or no Unicode, has none.</summary>
    private static bool IsObject(byte[] body)
    {
        if (!Utf8.IsValid(body)) return false;
        try
        {
            return JsonDocument.Parse(body) is { RootElement.ValueKind: JsonValueKind.Object } document && document.RootElement.GetRawText() is var text && !text.Contains("\\ud", StringComparison.OrdinalIgnoreCase);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
