using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>One exchange of a recording with OpenAI's own service, made fit for the models that are here.</summary>
internal sealed record RecordedExchange(string Method, string Path, JsonNode? Request, int Status, IReadOnlyList<string> Headers, string ContentType, JsonElement Response)
{
    private static readonly string Folder = System.IO.Path.Combine(RepositoryRoot.Find(), "../shared/golden/openai-recordings");

    /// <summary>Recordings of what this platform has: folder and name. One empty name where they are not there.</summary>
    public static IEnumerable<string> Names(params string[] folders) =>
        Directory.Exists(Folder) ? folders.SelectMany(folder => Directory.GetFiles(System.IO.Path.Combine(Folder, folder), "*.json").Order().Select(file => $"{folder}/{System.IO.Path.GetFileNameWithoutExtension(file)}")) : [""];

    public static IReadOnlyList<RecordedExchange> Read(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(Folder, $"{name}.json")));
        return [.. json.RootElement.EnumerateArray().Select(Read)];
    }

    /// <summary>Whether the answer is a stream of events.</summary>
    public bool IsStream => Response.ValueKind == JsonValueKind.String;

    /// <summary>The request as a model that is small, cheap and can't see is asked: the same tools are called, the same form is kept to.</summary>
    public string Body(IReadOnlyDictionary<string, string> ids)
    {
        var body = JsonNode.Parse(ids.Aggregate(Request!.ToJsonString(), (text, id) => text.Replace(id.Key, id.Value, StringComparison.Ordinal)))!.AsObject();
        if (body.ContainsKey("model")) body["model"] = Path.EndsWith("/embeddings", StringComparison.Ordinal) ? TestCatalogue.MiniLm : TestCatalogue.SmolLm;
        if ((int?)body["dimensions"] > 384) body["dimensions"] = 384;
        if (body["messages"] is JsonArray messages) foreach (var message in messages) WithoutPictures(message!["content"]);
        if (!body.ContainsKey("messages") && !(Path.EndsWith("/responses", StringComparison.Ordinal) && body.ContainsKey("input"))) return body.ToJsonString();
        var calls = Response.GetRawText() is var answer && (answer.Contains("\"tool_calls\"", StringComparison.Ordinal) || answer.Contains("\"type\":\"function_call\"", StringComparison.Ordinal) || answer.Contains("\"type\": \"function_call\"", StringComparison.Ordinal));
        body["temperature"] = 0;
        if (body.ContainsKey("tools"))
        {
            body["tool_choice"] ??= calls ? "required" : "none";
            body["parallel_tool_calls"] ??= false; // a small model goes on calling until it is stopped
        }

        if (body["functions"] is JsonArray functions) body["function_call"] = answer.Contains("\"function_call\"", StringComparison.Ordinal) ? new JsonObject { ["name"] = (string)functions[0]!["name"]! } : "none";
        if (!calls && !body.ContainsKey("functions") && !body.ContainsKey("response_format")) body["stop"] = new JsonArray(" ");
        return body.ToJsonString();
    }

    private static RecordedExchange Read(JsonElement json)
    {
        var headers = json.GetProperty("headers");
        return new RecordedExchange(
            json.GetProperty("method").GetString()!, json.GetProperty("path").GetString()!, json.TryGetProperty("request", out var request) ? JsonNode.Parse(request.GetRawText()) : null, json.GetProperty("status").GetInt32(),
            [.. headers.EnumerateObject().Select(header => header.Name)], headers.GetProperty("content-type").GetString()!, json.GetProperty("response").Clone());
    }

    private static void WithoutPictures(JsonNode? content)
    {
        if (content is not JsonArray parts) return;
        foreach (var part in parts.Where(part => (string?)part!["type"] == "image_url").ToList()) parts.Remove(part);
    }
}
