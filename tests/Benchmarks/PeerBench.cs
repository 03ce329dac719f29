using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Fixtures;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>
/// The bundled model over HTTP beside <c>llama-server</c>, where one is on the PATH: the same file, threads, slots, cells and prompts, in turn, <c>PLATFORM_PEER_PAIRS</c> times (7).
/// Generations are persisted here and not there. <c>PLATFORM_PEER_ONLY</c>: only what has this in its name.
/// </summary>
internal static class PeerBench
{
    private const int Tokens = 64, ChatTokens = 24;

    private static readonly string Only = Environment.GetEnvironmentVariable("PLATFORM_PEER_ONLY") ?? "";

    private static readonly int Pairs = int.Parse(Environment.GetEnvironmentVariable("PLATFORM_PEER_PAIRS") ?? "7", CultureInfo.InvariantCulture);

    /// <summary>Name, tokens a round draws, and what it does.</summary>
    private static readonly (string Name, int Tokens, Func<HttpClient, int, Task<double[]>> Run)[] Scenarios =
    [
        .. ((int[])[1, 4, 8]).Select(streams => ($"{streams} stream{(streams > 1 ? "s" : "")}", streams * Tokens, (Func<HttpClient, int, Task<double[]>>)((client, round) => Streams(client, round, streams)))),
        ("16 requests that share 1,000 tokens, four at once", 16 * ChatTokens, Prefix),
        ("sixteen chats of four turns on eight slots", 16 * 4 * ChatTokens, Chats),
    ];

    public static async Task<Table> Run()
    {
        var table = new Table().AddColumns("what", "tokens/s here", "there", "ratio, median (least to most)", "first token here, ms", "there", "ratio");
        if (Find("llama-server") is not { } program) return table.Caption("no llama-server on the PATH: nothing to compare with");
        await using var database = await PostgresServer.CreateDatabase();
        await using var ours = await Served.Platform(database, chat: true);
        using var peer = new LlamaServer(program);
        await peer.Ready();
        foreach (var client in (HttpClient[])[ours.Client, peer.Client, ours.Client, peer.Client]) await Streams(client, -1, 8); // what a server does once, it has done
        await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var wanted = Scenarios.Where(scenario => scenario.Name.Contains(Only, StringComparison.Ordinal)).ToList();
            var bar = progress.AddTask("pairs", maxValue: wanted.Count * (Pairs + 1));
            foreach (var scenario in wanted)
            {
                var (here, there) = (new List<Round>(), new List<Round>());
                try
                {
                    for (var pair = 0; pair <= Pairs; pair++)
                    {
                        // who is first changes; the first pair warms up
                        Round? mine = null;
                        if (pair % 2 == 0) mine = await Measure(scenario, ours.Client, pair);
                        var its = await Measure(scenario, peer.Client, pair);
                        mine ??= await Measure(scenario, ours.Client, pair);
                        if (pair > 0)
                        {
                            here.Add(mine);
                            there.Add(its);
                        }

                        bar.Increment(1);
                    }
                }
                catch (HttpRequestException e)
                {
                    table.AddRow(scenario.Name, "", "", Markup.Escape($"broke off after {here.Count} pairs: {e.Message}; {peer.LastWords}"), "", "", "");
                    continue;
                }

                var speed = here.Zip(there, (a, b) => a.PerSecond / b.PerSecond).Order().ToList();
                var first = here.Zip(there, (a, b) => a.FirstMs / b.FirstMs).Order().ToList();
                table.AddRow(
                    scenario.Name, $"{Median(here.Select(round => round.PerSecond)):F0}", $"{Median(there.Select(round => round.PerSecond)):F0}", $"{Median(speed):F2} ({speed[0]:F2} to {speed[^1]:F2})",
                    $"{Median(here.Select(round => round.FirstMs)):F0}", $"{Median(there.Select(round => round.FirstMs)):F0}", $"{Median(first):F2} ({first[0]:F2} to {first[^1]:F2})");
            }
        });
        return table.Caption($"{BundledModel.Chat}, {BundledModel.Threads} engine thread(s), greedy, {Pairs} pairs");
    }

    private sealed record Round(double PerSecond, double FirstMs);

    private static async Task<Round> Measure((string Name, int Tokens, Func<HttpClient, int, Task<double[]>> Run) scenario, HttpClient client, int round)
    {
        var began = Stopwatch.GetTimestamp();
        var firsts = await scenario.Run(client, round);
        return new Round(scenario.Tokens / Stopwatch.GetElapsedTime(began).TotalSeconds, firsts.Average());
    }

    private static Task<double[]> Streams(HttpClient client, int round, int streams) =>
        Task.WhenAll(Enumerable.Range(0, streams).Select(async i => (await Ask(client, [User($"Round {round} of {streams}: tell me the long story number {i} of the sea, the wind and a small boat.")], Tokens)).FirstMs));

    private static async Task<double[]> Prefix(HttpClient client, int round)
    {
        var system = new JsonObject { ["role"] = "system", ["content"] = $"Rules {round}. " + string.Concat(Enumerable.Range(0, 110).Select(i => $"Rule {i} says that boats of kind {i * 7 % 50} wait. ")) };
        var firsts = new double[16];
        await Parallel.ForAsync(0, firsts.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) => firsts[i] = (await Ask(client, [system.DeepClone(), User($"What does rule {i * 5} say?")], ChatTokens)).FirstMs);
        return firsts;
    }

    private static async Task<double[]> Chats(HttpClient client, int round)
    {
        var firsts = await Task.WhenAll(Enumerable.Range(0, 16).Select(async chat =>
        {
            var said = new List<JsonNode>();
            var times = new List<double>();
            foreach (var question in (string[])["Tell me of the sea, at some length, and of who lives there.", "And who lives on its shore?", "What do they eat?", "When do they sleep?"])
            {
                said.Add(User($"Chat {round}.{chat}: {question}"));
                var (first, text) = await Ask(client, said, ChatTokens);
                said.Add(new JsonObject { ["role"] = "assistant", ["content"] = text });
                times.Add(first);
            }

            return times;
        }));
        return [.. firsts.SelectMany(times => times)];
    }

    private static JsonObject User(string text) => new() { ["role"] = "user", ["content"] = text };

    private static async Task<(double FirstMs, string Text)> Ask(HttpClient client, IEnumerable<JsonNode> messages, int tokens)
    {
        var body = new JsonObject { ["model"] = BundledModel.Chat, ["messages"] = new JsonArray([.. messages.Select(message => message.DeepClone())]), ["max_tokens"] = tokens, ["temperature"] = 0, ["ignore_eos"] = true, ["stream"] = true, ["stream_options"] = new JsonObject { ["include_usage"] = true } };
        var began = Stopwatch.GetTimestamp();
        var (first, text, drawn) = (0.0, "", 0);
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions") { Content = JsonContent.Create(body) };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal)) continue;
            var chunk = JsonNode.Parse(line["data: ".Length..])!;
            drawn = (int?)chunk["usage"]?["completion_tokens"] ?? drawn;
            if ((string?)chunk["choices"]?.AsArray().FirstOrDefault()?["delta"]?["content"] is not { Length: > 0 } piece) continue;
            if (text.Length == 0) first = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            text += piece;
        }

        return drawn == tokens ? (first, text) : throw new InvalidOperationException($"{drawn} tokens were drawn, not {tokens}: the rates would not compare.");
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private sealed class LlamaServer : IDisposable
    {
        private readonly Process _process;
        private readonly Queue<string> _said = [];

        public LlamaServer(string program)
        {
            var port = FreePort.Next();
            string[] arguments =
            [
                "-m", BundledModel.ChatFile, "-t", $"{BundledModel.Threads}", "-tb", $"{BundledModel.Threads}", "-np", "8", "-c", "16384", "-kvu", "--no-ui", "--host", "127.0.0.1", "--port", $"{port}", "--alias", BundledModel.Chat,
            ];
            _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!; // never null without the shell
            _process.OutputDataReceived += (_, line) => Keep(line.Data);
            _process.ErrorDataReceived += (_, line) => Keep(line.Data);
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            // it closes connections after some requests or seconds, perhaps just when one is used again
            Client = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(5) };
        }

        public HttpClient Client { get; }

        /// <summary>Whether it still runs, and what it said last.</summary>
        public string LastWords
        {
            get
            {
                lock (_said)
                {
                    return (_process.HasExited ? $"it exited with {_process.ExitCode}" : "it still runs") + "; it said: " + string.Join(" | ", _said);
                }
            }
        }

        public Task<bool> Ready() => Eventually.Holds(IsReady, ready => ready, TimeSpan.FromSeconds(60));

        public void Dispose()
        {
            Client.Dispose();
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        private void Keep(string? line)
        {
            lock (_said)
            {
                if (line is { Length: > 0 }) _said.Enqueue(line);
                if (_said.Count > 5) _said.Dequeue();
            }
        }

        private async Task<bool> IsReady()
        {
            try
            {
                using var answer = await Client.GetAsync("health");
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }
}
