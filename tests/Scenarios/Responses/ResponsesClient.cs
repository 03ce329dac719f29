using System.Text.Json;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Responses;

internal static class ResponsesClient
{
    public static string Body(string input = "Hello", string model = TestCatalogue.Fast, string more = "") =>
        $$"""{"model":"{{model}}","input":{{JsonSerializer.Serialize(input)}},"temperature":0{{(more.Length > 0 ? "," + more : "")}}}""";

    public static async Task<JsonElement> Respond(this HttpClient client, string body)
    {
        using var response = await client.PostJson("v1/responses", body);
        var json = await response.Json();
        Assert.True(response.IsSuccessStatusCode, json.GetRawText());
        OpenAiSchemas.Check("Response", json);
        return json;
    }

    public static async Task<List<StreamedEvent>> Stream(this HttpClient client, string body)
    {
        using var response = await client.PostJson("v1/responses", body);
        Assert.Equal((200, "text/event-stream; charset=utf-8"), ((int)response.StatusCode, response.Content.Headers.ContentType!.ToString()));
        return Parse(await response.Content.ReadAsStringAsync());
    }

    public static async Task<List<StreamedEvent>> StreamAgain(this HttpClient client, string id, string more = "") => Parse(await client.GetStringAsync($"v1/responses/{id}?stream=true{more}"));

    public static string Id(this JsonElement json) => json.GetProperty("id").GetString()!;

    public static string OutputText(this JsonElement response) =>
        string.Concat(response.GetProperty("output").EnumerateArray().Where(item => item.GetProperty("type").GetString() == "message").SelectMany(item => item.GetProperty("content").EnumerateArray()).Select(part => part.GetProperty("text").GetString()));

    public static async Task<(int Status, JsonElement Json)> GetAnswer(this HttpClient client, string path, HttpMethod? method = null)
    {
        using var response = await client.SendAsync(new HttpRequestMessage(method ?? HttpMethod.Get, path));
        return ((int)response.StatusCode, await response.Json());
    }

    public static List<StreamedEvent> Parse(string stream) =>
        [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(part => part.StartsWith("event: ", StringComparison.Ordinal)).Select(part => part.Split('\n'))
            .Select(lines => new StreamedEvent(lines[0]["event: ".Length..], JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement))];
}

internal sealed record StreamedEvent(string Name, JsonElement Data)
{
    public long Number => Data.GetProperty("sequence_number").GetInt64();
}
