using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Eventing.Usage;
using Platform.Fixtures;

namespace Platform.Scenarios.Tests.Accounting;

/// <summary>What clients were told, what the events say, what the usage API says and what the workers counted are the same.</summary>
public sealed class SumTests : IAsyncLifetime
{
    private static readonly string[] Models = [TestCatalogue.Fast, TestCatalogue.Slow];

    private readonly PlatformFixture _platform = new();
    private readonly ConcurrentDictionary<string, (long Prompt, long Completion)> _told = new();
    private readonly ConcurrentDictionary<string, bool> _left = new();

    public ValueTask InitializeAsync() => _platform.InitializeAsync();

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    /// <summary>Behaviour 50.</summary>
    [Fact]
    public async Task Sums_agree_after_errors_disconnects_and_a_restart()
    {
        var began = DateTimeOffset.UtcNow;
        var before = Models.Select(WorkerCounters.Tokens).ToList();
        await Task.WhenAll(Load(TestCatalogue.Alias), Load(TestCatalogue.Slow));
        await _platform.Restart();
        await Task.WhenAll(Load(TestCatalogue.Alias), Load(TestCatalogue.Slow));

        var events = await Eventually.Holds(() => Ledger.All(_platform), found => found.Count == _told.Count + _left.Count);
        Assert.True(_told.Count >= 120, $"{_told.Count} answers");
        foreach (var (id, usage) in _told) Assert.Equal(usage, events.Single(recorded => recorded.Id == id) is var one ? (one.PromptTokens, one.CompletionTokens) : default);
        Assert.Contains(events, recorded => recorded.Type == "generation_cancelled");

        for (var i = 0; i < Models.Length; i++)
        {
            var mine = events.Where(one => one.Model == Models[i]).ToList();
            var counted = (Prompt: mine.Sum(one => one.PromptTokens), Cached: mine.Sum(one => one.CachedTokens), Completion: mine.Sum(one => (long)one.CompletionTokens));
            var after = WorkerCounters.Tokens(Models[i]);
            Assert.Equal(counted, (after.Prompt - before[i].Prompt, after.Cached - before[i].Cached, after.Completion - before[i].Completion));
            await Eventually.Holds(() => Usage(Models[i], began), usage => usage == (mine.Count, counted.Prompt, counted.Cached, counted.Completion));
        }

        Assert.Empty((await _platform.Services.GetRequiredService<LedgerVerifier>().Verify(default)).Differences);
    }

    /// <summary>Answers, streams, several choices, refusals of every kind and clients that hang up, all at once.</summary>
    private async Task Load(string model)
    {
        var work = new List<Task>();
        for (var i = 0; i < 30; i++)
        {
            work.Add(Answer(ChatClient.Request(model, $"Question {i}", 5 + i, seed: i, n: 1 + (i % 3))));
            if (i % 2 == 0) work.Add(Stream(ChatClient.Request(model, $"Question {i}", 5 + i, stream: true, seed: i, streamOptions: new { include_usage = true })));
            if (i % 6 == 0) work.Add(Refused(ChatClient.Request(model, $"Question {i}", 0), HttpStatusCode.BadRequest));
            if (i % 6 == 1) work.Add(Refused(ChatClient.Request(model, new string('x', 200_000), 5), HttpStatusCode.BadRequest));
            if (i % 6 == 2) work.Add(Refused(ChatClient.Request("no-such-model", "?", 5), HttpStatusCode.NotFound));
            if (i % 5 == 0) work.Add(Leave(ChatClient.Request(model, "Tell me a very long story.", 3000, stream: true, seed: null), pieces: 1 + i));
        }

        await Task.WhenAll(work);
    }

    private async Task Answer(object request)
    {
        var answer = await _platform.Client.Ask(request);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        _told[answer.Id] = answer.Usage;
    }

    private async Task Refused(object request, HttpStatusCode status) => Assert.Equal(status, (await _platform.Client.Ask(request)).Status);

    private async Task Stream(object request)
    {
        await foreach (var line in _platform.Client.Stream(request))
        {
            if (line.Event is { } chunk && chunk.GetProperty("choices").GetArrayLength() == 0) _told[chunk.GetProperty("id").GetString()!] = StreamLine.UsageOf(chunk);
        }
    }

    private async Task Leave(object request, int pieces)
    {
        using var client = _platform.ClientOf(_platform.ApiKey);
        using var leave = new CancellationTokenSource();
        try
        {
            await foreach (var line in client.Stream(request, leave.Token))
            {
                if (line.Event is { } chunk) _left.TryAdd(chunk.GetProperty("id").GetString()!, true);
                if (line.Text is not null && --pieces == 0) await leave.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
        }
    }

    private async Task<(long Requests, long Input, long Cached, long Output)> Usage(string model, DateTimeOffset since)
    {
        using var admin = _platform.ClientOf(_platform.AdminKey);
        var page = JsonSerializer.Deserialize<JsonElement>(await admin.GetStringAsync($"v1/organization/usage/completions?start_time={since.ToUnixTimeSeconds() / 60 * 60}&bucket_width=1m&limit=60&models={model}"));
        var results = page.GetProperty("data").EnumerateArray().SelectMany(bucket => bucket.GetProperty("results").EnumerateArray()).ToList();
        long Sum(string field) => results.Sum(result => result.GetProperty(field).GetInt64());
        return (Sum("num_model_requests"), Sum("input_tokens"), Sum("input_cached_tokens"), Sum("output_tokens"));
    }
}
