using System.Text;
using System.Text.Json;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>Exchanges recorded with OpenAI's own service, made again with the platform: status, headers, keys, nulls, the order of events, lists and cursors are the same.</summary>
public sealed class RecordedExchangeTests(PlatformFixture platform)
{
    private static readonly string[] Folders = ["Chat", "ChatTool", "ChatStore", "Conversation", "Embeddings", "Models", "ResponseStore", "Responses"];

    /// <summary>What no model here can do is refused by the field's name.</summary>
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["Chat/ChatWithBasicAudioOutput"] = "audio",
        ["Chat/FileIdContentWorks"] = "messages[0].content[1].type",
        ["Chat/O3miniDeveloperMessagesWork"] = "reasoning_effort",
        ["Chat/WebSearchWorks"] = "web_search_options",
        ["Responses/FileInputFromBinaryWorks"] = "input[0].content[1].type",
        ["Responses/FileInputFromIdWorks"] = "input[0].content[1].type",
        ["Responses/ResponsesWithReasoning"] = "reasoning.effort",
    };

    public static TheoryData<string> Recordings => [.. RecordedExchange.Names(Folders)];

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task An_exchange_goes_as_it_was_recorded(string name)
    {
        Assert.SkipWhen(name.Length == 0, "the recorded exchanges are not there");
        using var client = await Client();
        var exchanges = RecordedExchange.Read(name).Where(exchange => exchange.Path != "/v1/files").ToList();
        var ids = new Dictionary<string, string>();
        foreach (var (i, exchange) in exchanges.Index())
        {
            // their store takes seconds to show what was stored; ours shows it at once
            if (exchange.Status == 404 && exchanges.Skip(i).Any(later => later.Path == exchange.Path && later.Status == 200)) continue;
            var path = ids.Aggregate(exchange.Path, (text, id) => text.Replace(id.Key, id.Value, StringComparison.Ordinal));
            if (path.Contains("after=", StringComparison.Ordinal) && path.Contains("completions?", StringComparison.Ordinal) && !ids.Values.Any(path.Contains)) continue; // goes on after what others had stored
            using var request = new HttpRequestMessage(new HttpMethod(exchange.Method), path[1..]);
            if (exchange.Request is not null) request.Content = new StringContent(exchange.Body(ids), Encoding.UTF8, "application/json");
            if (exchange.Status == 401) request.Headers.Authorization = new("Bearer", "sk-wrong");
            using var response = await client.SendAsync(request);
            var answer = await response.Content.ReadAsStringAsync();
            if (Refused.TryGetValue(name, out var param))
            {
                Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
                return;
            }

            var told = $"{name} {exchange.Method} {path}: {answer}";
            Assert.True(exchange.Status == (int)response.StatusCode, told);
            Assert.Equal(MediaType(exchange.ContentType), MediaType(response.Content.Headers.ContentType!.ToString()));
            Assert.All(exchange.Headers.Where(header => IsExpected(header, exchange.Status)), header => Assert.True(response.Headers.Contains(header), header));
            var differences = string.Join('\n', Differences(name, exchange, answer));
            Assert.True(differences.Length == 0, $"{differences}\n{told}");
            if (!exchange.IsStream) Learn(exchange.Response, JsonDocument.Parse(answer).RootElement, ids);
        }
    }

    private static IEnumerable<string> Differences(string name, RecordedExchange exchange, string answer)
    {
        // the newest recordings of responses have keys that older ones have not, and a list of completions has fewer than one of them
        var exact = name.StartsWith("Chat/", StringComparison.Ordinal) || name.StartsWith("ChatTool", StringComparison.Ordinal) || name.StartsWith("Embeddings", StringComparison.Ordinal) || name.StartsWith("Conversation", StringComparison.Ordinal);
        if (!exchange.IsStream)
        {
            var ours = JsonDocument.Parse(answer).RootElement;
            return RecordedShape.Differences(exchange.Response, ours, exact).Concat(Cursors(ours));
        }

        var (theirs, mine) = (Events(exchange.Response.GetString()!), Events(answer));
        return theirs[0].Name is null ? Chunks(theirs, mine) : NamedEvents(theirs, mine);
    }

    private static IEnumerable<string> NamedEvents(List<(string? Name, string Data)> theirs, List<(string? Name, string Data)> ours)
    {
        if (!Collapsed(theirs).SequenceEqual(Collapsed(ours))) yield return $"{string.Join(", ", Collapsed(ours))} instead of {string.Join(", ", Collapsed(theirs))}";
        foreach (var one in theirs.DistinctBy(one => one.Name))
        {
            foreach (var difference in RecordedShape.Differences(Json(one.Data), Json(ours.First(other => other.Name == one.Name).Data), exact: false, one.Name!)) yield return difference;
        }
    }

    /// <summary>The first two and the last three events: role, text, end, usage, [DONE].</summary>
    private static IEnumerable<string> Chunks(List<(string? Name, string Data)> theirs, List<(string? Name, string Data)> ours)
    {
        Assert.Equal((theirs[^1].Data, 1), (ours[^1].Data, ours.Count(one => one.Data == "[DONE]")));
        return ((Index[])[0, 1, ^3, ^2]).SelectMany(at => RecordedShape.Differences(Json(theirs[at].Data), Json(ours[at].Data), exact: true, $"[{at}]"));
    }

    private static IEnumerable<string> Cursors(JsonElement list)
    {
        if (!list.TryGetProperty("first_id", out var first)) yield break;
        var ids = list.GetProperty("data").EnumerateArray().Select(one => one.GetProperty("id").GetString()).ToList();
        if ((first.GetString(), list.GetProperty("last_id").GetString()) != (ids.FirstOrDefault(), ids.LastOrDefault())) yield return "first_id or last_id is not that of the data";
    }

    /// <summary>Ids in later requests are those the platform gave.</summary>
    private static void Learn(JsonElement recorded, JsonElement ours, Dictionary<string, string> ids)
    {
        if (recorded.ValueKind == JsonValueKind.Array && ours.ValueKind == JsonValueKind.Array)
        {
            foreach (var (one, other) in recorded.EnumerateArray().Zip(ours.EnumerateArray())) Learn(one, other, ids);
        }
        else if (recorded.ValueKind == JsonValueKind.Object && ours.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in recorded.EnumerateObject())
            {
                if (!ours.TryGetProperty(property.Name, out var value)) continue;
                if (property.Name is "id" or "call_id" && value.ValueKind == JsonValueKind.String) ids.TryAdd(property.Value.GetString()!, value.GetString()!);
                else Learn(property.Value, value, ids);
            }
        }
    }

    private static List<(string? Name, string Data)> Events(string stream) =>
    [
        .. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(block => block.Split('\n')).Select(lines => (lines.FirstOrDefault(line => line.StartsWith("event: ", StringComparison.Ordinal))?["event: ".Length..], lines.FirstOrDefault(line => line.StartsWith("data: ", StringComparison.Ordinal))?["data: ".Length..] ?? ""))
            .Where(one => one.Item2.Length > 0),
    ];

    private static IEnumerable<string?> Collapsed(List<(string? Name, string Data)> events) => events.Select(one => one.Name).Where((name, i) => i == 0 || name != events[i - 1].Name);

    private static JsonElement Json(string data) => JsonDocument.Parse(data).RootElement;

    /// <summary>What is refused before a quota is asked tells of no limits, and pictures have none.</summary>
    private static bool IsExpected(string header, int status) => header != "content-type" && !header.EndsWith("-images", StringComparison.Ordinal) && (status == 200 || !header.StartsWith("x-ratelimit", StringComparison.Ordinal));

    /// <summary>JSON says its charset or not, as it happens.</summary>
    private static string MediaType(string contentType) => contentType.StartsWith("application/json", StringComparison.Ordinal) ? "application/json" : contentType;

    /// <summary>Under a project of its own, limited so that its headers tell of limits.</summary>
    private async Task<HttpClient> Client()
    {
        var project = $"recorded-{Guid.NewGuid():n}";
        using var admin = platform.ClientOf(platform.AdminKey);
        using var limited = await admin.PostJson($"v1/organization/projects/{project}/rate_limits/rl-*", """{"max_requests_per_1_minute":10000,"max_tokens_per_1_minute":10000000}""");
        Assert.Equal(200, (int)limited.StatusCode);
        return platform.ClientOf(await platform.NewKey(project));
    }
}
