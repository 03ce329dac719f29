using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Fixtures;
using Platform.Grains.Pools;

namespace Platform.Scenarios.Tests.Chat;

public sealed class QueueTests(PlatformFixture platform)
{
    private const int Slots = 8, Queue = 192;

    private readonly IPool _pool = platform.Services.GetRequiredService<IGrainFactory>().GetGrain<IPool>(TestCatalogue.Slow);

    /// <summary>Eight long streams hold the slots while 192 queue up one after the other, so that the order of admission is known.</summary>
    [Fact]
    public async Task Two_hundred_streams_on_eight_slots_all_finish_in_the_order_they_came()
    {
        await Eventually.Holds(async () => await _pool.Read(), pool => pool is { Granted: 0, Waiting: 0 });
        using var release = new CancellationTokenSource();
        var holders = Enumerable.Range(0, Slots).Select(_ => Hold(release.Token)).ToList();
        await Eventually.Holds(async () => await _pool.Read(), pool => pool.Granted == Slots);

        var began = 0;
        var streams = new List<Task<Waited>>();
        for (var i = 0; i < Queue; i++)
        {
            streams.Add(Stream(() => Interlocked.Increment(ref began)));
            var waiting = i + 1;
            await Eventually.Holds(async () => await _pool.Read(), pool => pool.Waiting == waiting);
        }

        var refused = await platform.Client.Ask(ChatClient.Request(TestCatalogue.Slow, "One more?", 16));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.InRange(refused.RetryAfter!.Value.TotalSeconds, 1, 60);

        await release.CancelAsync();
        await Task.WhenAll(holders);
        await Eventually.Holds(async () => await _pool.Read(), pool => pool.Waiting <= Queue - Slots);
        for (var i = 0; i < Slots; i++) streams.Add(Stream(() => Interlocked.Increment(ref began)));

        var waits = await Task.WhenAll(streams);
        Assert.All(waits, waited => Assert.Equal(16, waited.Tokens));
        Assert.All(waits.Where(waited => waited.FirstToken > TimeSpan.FromSeconds(2)), waited => Assert.InRange(waited.Pings, 1, 100));
        Assert.Contains(waits, waited => waited.Pings > 0);
        Assert.All(waits.Take(Queue).Select((waited, i) => waited.Order - (i + 1)), shift => Assert.InRange(shift, -Slots, Slots));
    }

    /// <summary>Streams until it is cancelled.</summary>
    private async Task Hold(CancellationToken release)
    {
        try
        {
            await foreach (var _ in platform.Client.Stream(ChatClient.Request(TestCatalogue.Slow, "Hold on", 4000, stream: true, seed: null), release))
            {
            }
        }
        catch (OperationCanceledException) when (release.IsCancellationRequested)
        {
        }
    }

    private async Task<Waited> Stream(Func<int> next)
    {
        var watch = Stopwatch.StartNew();
        TimeSpan? first = null;
        var (order, pings, done, completion) = (0, 0, false, 0L);
        await foreach (var line in platform.Client.Stream(ChatClient.Request(TestCatalogue.Slow, "What is gravity?", 16, stream: true, seed: null, streamOptions: new { include_usage = true })))
        {
            Assert.Equal(HttpStatusCode.OK, line.Status);
            if (line.IsPing && first is null) pings++;
            if (line.Event is { } chunk && first is null && chunk.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("role", out _)) (first, order) = (watch.Elapsed, next());
            if (line.Event is { } last && last.GetProperty("choices").GetArrayLength() == 0) completion = StreamLine.UsageOf(last).Completion;
            done = line.IsDone;
        }

        Assert.True(done);
        return new Waited(order, first ?? watch.Elapsed, pings, completion);
    }

    private sealed record Waited(int Order, TimeSpan FirstToken, int Pings, long Tokens);
}
