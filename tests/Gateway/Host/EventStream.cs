using System.Text;
using System.Text.Json;

namespace Platform.Gateway.Tests.Host;

/// <summary>Reads server-sent events as they come.</summary>
internal sealed class EventStream(HttpResponseMessage response) : IAsyncDisposable
{
    private readonly StreamReader reader = new(response.Content.ReadAsStream(), Encoding.UTF8);

    /// <summary>Of the event read last.</summary>
    public string? LastId { get; private set; }

    /// <summary>The next line that is neither empty nor an event's id; null at the end.</summary>
    public async Task<string?> Line()
    {
        using var patience = new CancellationTokenSource(GatewayHost.Soon);
        string? line;
        do
        {
            line = await reader.ReadLineAsync(patience.Token);
            if (line?.StartsWith("id: ", StringComparison.Ordinal) == true) (LastId, line) = (line["id: ".Length..], "");
        }
        while (line is "");
        return line;
    }

    public async Task<JsonElement> Chunk()
    {
        var line = await Line();
        Assert.StartsWith("data: {", line, StringComparison.Ordinal);
        return JsonDocument.Parse(line!["data: ".Length..]).RootElement;
    }

    /// <summary>Content of the next chunk that has some.</summary>
    public async Task<string> Text()
    {
        while (true)
        {
            if ((await Chunk()).GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 } text) return text;
        }
    }

    public async Task<List<string>> Texts(int count)
    {
        var texts = new List<string>();
        while (texts.Count < count) texts.Add(await Text());
        return texts;
    }

    public async Task<List<string>> Rest()
    {
        var lines = new List<string>();
        while (await Line() is { } line) lines.Add(line);
        return lines;
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        response.Dispose();
        return default;
    }
}
