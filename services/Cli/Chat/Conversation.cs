using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Platform.Cli.Api;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Chat;

/// <summary>What was said so far, and one more question at a time, its answer shown as it comes.</summary>
internal sealed class Conversation(PlatformApi api, string model, string? system, double temperature)
{
    private sealed record Message(string role, string content);

    private readonly List<Message> _messages = [];

    public void Forget() => _messages.Clear();

    public async Task Ask(string question, CancellationToken cancellation)
    {
        var answer = new StringBuilder();
        _messages.Add(new Message("user", question));
        try
        {
            await Stream(answer, cancellation);
        }
        finally
        {
            // a stopped answer stays in the conversation as far as it was seen
            if (answer.Length > 0) _messages.Add(new Message("assistant", answer.ToString()));
            else _messages.RemoveAt(_messages.Count - 1);
        }
    }

    private async Task Stream(StringBuilder answer, CancellationToken cancellation)
    {
        var messages = system is null ? _messages : [new Message("system", system), .. _messages];
        var watch = Stopwatch.StartNew();
        TimeSpan? first = null;
        var tokens = 0;
        var finish = "";
        using var response = await api.PostStreaming("chat/completions", new { model, messages, temperature, stream = true, stream_options = new { include_usage = true } }, cancellation);
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(cancellation)).EnumerateAsync(cancellation))
        {
            if (item.Data == "[DONE]") break;
            var chunk = JsonSerializer.Deserialize<JsonElement>(item.Data);
            if (chunk.TryGetProperty("error", out var error)) throw new CliException(error.GetProperty("message").GetString() ?? "the stream broke off");
            if (chunk.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object) tokens = usage.GetProperty("completion_tokens").GetInt32();
            foreach (var choice in chunk.GetProperty("choices").EnumerateArray())
            {
                if (choice.GetProperty("finish_reason").GetString() is { } reason) finish = reason;
                if (!choice.GetProperty("delta").TryGetProperty("content", out var content) || content.GetString() is not { Length: > 0 } text) continue;
                first ??= watch.Elapsed;
                answer.Append(text);
                Console.Out.Write(text);
            }
        }

        Console.Out.WriteLine();
        if (Screen.IsTerminal && first is { } started)
        {
            var rate = tokens > 1 ? FormattableString.Invariant($", {(tokens - 1) / (watch.Elapsed - started).TotalSeconds:0} tokens/s") : "";
            Screen.Out.MarkupLine(FormattableString.Invariant($"[dim]{tokens} tokens{rate}, the first after {started.TotalSeconds:0.00} s{(finish == "length" ? ", cut off at the limit" : "")}[/]"));
        }
    }
}
