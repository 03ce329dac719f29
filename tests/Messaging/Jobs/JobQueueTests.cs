using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Videos;
using Platform.Fixtures;
using Platform.Messaging.Jobs;

namespace Platform.Messaging.Tests.Jobs;

public abstract class JobQueueTests(ITransport transport)
{
    private readonly string _queue = $"tests/{Guid.NewGuid():n}";

    [Fact]
    public async Task Each_job_is_taken_once()
    {
        var taken = new ConcurrentQueue<string>();
        await using var worker = await Open(message => Take(taken, message));
        for (var i = 0; i < 50; i++) await Send($"video_{i}");
        await Eventually.Holds(() => taken.Count >= 50);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"video_{i}").Order(), taken.Order());
    }

    [Fact]
    public async Task A_busy_worker_takes_no_second_job()
    {
        var (running, most) = (0, 0);
        var release = new TaskCompletionSource();
        await using var worker = await Open(async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await release.Task;
            Interlocked.Decrement(ref running);
        });
        await Send("video_1");
        await Send("video_2");
        await Eventually.Holds(() => running == 1);
        release.SetResult();
        await Eventually.Holds(() => running == 0);
        Assert.Equal(1, most);
    }

    private static Task Take(ConcurrentQueue<string> taken, string video)
    {
        taken.Enqueue(video);
        return Task.CompletedTask;
    }

    private Task Send(string video) => transport.Gateway.GetRequiredService<IJobQueues>().Send(_queue, new RenderVideo(video, "m"), default);

    private Task<JobQueue> Open(Func<string, Task> take) => transport.Worker.GetRequiredService<IJobQueues>().Open(_queue, 1, endpoint => endpoint.Instance(new Taker(take)));

    private sealed class Taker(Func<string, Task> take) : IConsumer<RenderVideo>
    {
        public Task Consume(ConsumeContext<RenderVideo> context) => take(context.Message.VideoId);
    }
}

public sealed class InProcessJobQueueTests(InProcessTransport transport) : JobQueueTests(transport), IClassFixture<InProcessTransport>;

public sealed class RabbitMqJobQueueTests(RabbitMqTransport transport) : JobQueueTests(transport), IClassFixture<RabbitMqTransport>;
