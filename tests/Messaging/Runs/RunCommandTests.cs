using System.Text.Json;
using System.Threading.Channels;
using MassTransit;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Messaging.Runs;

namespace Platform.Messaging.Tests.Runs;

public abstract class RunCommandTests(ITransport transport)
{
    private static readonly RunChat Run = new()
    {
        GenerationId = PublicId.New("chatcmpl-"),
        Run = 2,
        ReplyTo = "here",
        Deadline = new DateTimeOffset(2031, 2, 3, 4, 5, 6, 789, TimeSpan.Zero),
        Model = "smollm2-135m-instruct",
        ProjectId = "proj_1",
        Conversation = new("""[{"role":"user","content":"Grüße 🌍"}]""", null, """{"enable_thinking":false}"""),
        Sampling = new() { Seed = long.MinValue + 1, Temperature = 0.7f, TopP = 0.9f, TopK = 40, MinP = 0.05f, PresencePenalty = -1.5f, FrequencyPenalty = 2, RepeatPenalty = 1.1f },
        Choices = 2,
        MaxTokens = 300,
        Allowance = 256,
        Stop = ["\n\n", "END"],
        SoFar = [[1, 2, 3], []],
        Logprobs = [[new(-0.25f, [0xc3], [new(-0.25f, [0xc3]), new(float.NegativeInfinity, [65])]), new(-3, [0xa9], []), null], []],
    };

    [Fact]
    public async Task A_run_arrives_with_everything_it_was_sent_with()
    {
        await using var worker = await OpenWorker();
        await transport.Dispatcher().Send(worker.Id, Run, default);
        var received = Assert.IsType<RunChat>(await worker.Next());
        Assert.Equal(JsonSerializer.Serialize(Run), JsonSerializer.Serialize(received));
    }

    [Fact]
    public async Task Commands_arrive_in_the_order_they_were_sent()
    {
        await using var worker = await OpenWorker();
        for (var run = 0; run < 100; run++)
        {
            await transport.Dispatcher().Send(worker.Id, Run with { Run = run }, default);
            await transport.Dispatcher().Send(worker.Id, new AllowRun("g", run, 512, true), default);
            await transport.Dispatcher().Send(worker.Id, new AttachRun("g", run, "there", [3, 0]), default);
            await transport.Dispatcher().Send(worker.Id, new CancelRun("g", run), default);
            await transport.Dispatcher().Send(worker.Id, new CloseRun("g", run), default);
        }

        for (var run = 0; run < 100; run++)
        {
            Assert.Equal(run, Assert.IsType<RunChat>(await worker.Next()).Run);
            Assert.Equal(new AllowRun("g", run, 512, true), await worker.Next());
            Assert.Equal(new[] { 3, 0 }, Assert.IsType<AttachRun>(await worker.Next()).From);
            Assert.Equal(new CancelRun("g", run), await worker.Next());
            Assert.Equal(new CloseRun("g", run), await worker.Next());
        }
    }

    [Fact]
    public async Task A_command_reaches_only_the_worker_it_is_for()
    {
        await using var one = await OpenWorker();
        await using var other = await OpenWorker();
        await transport.Dispatcher().Send(other.Id, new CancelRun("other", 1), default);
        await transport.Dispatcher().Send(one.Id, new CancelRun("one", 1), default);
        Assert.Equal(new CancelRun("one", 1), await one.Next());
        Assert.Equal(new CancelRun("other", 1), await other.Next());
    }

    [Fact]
    public async Task A_worker_that_never_was_is_unreachable() =>
        await Assert.ThrowsAsync<WorkerUnreachableException>(() => transport.Dispatcher().Send("nobody", Run, default));

    [Fact]
    public async Task A_worker_that_has_left_is_unreachable()
    {
        var worker = await OpenWorker();
        await transport.Dispatcher().Send(worker.Id, new CancelRun("g", 1), default);
        await worker.Next();
        await worker.DisposeAsync();
        await Assert.ThrowsAsync<WorkerUnreachableException>(() => transport.Dispatcher().Send(worker.Id, Run, default));
    }

    private Task<WorkerDouble> OpenWorker() => WorkerDouble.Open(transport.Queues());

    /// <summary>Reads a worker's queue and keeps what it was told.</summary>
    private sealed class WorkerDouble : IConsumer<RunChat>, IConsumer<AllowRun>, IConsumer<CancelRun>, IConsumer<AttachRun>, IConsumer<CloseRun>, IAsyncDisposable
    {
        private readonly Channel<object> _received = Channel.CreateBounded<object>(1000);
        private WorkerQueue? _queue;

        public string Id { get; } = PublicId.New("w");

        public static async Task<WorkerDouble> Open(IWorkerQueues queues)
        {
            var worker = new WorkerDouble();
            worker._queue = await queues.Open(worker.Id, endpoint => endpoint.Instance(worker));
            return worker;
        }

        public async Task<object> Next() => await _received.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        public Task Consume(ConsumeContext<RunChat> context) => Keep(context.Message);
        public Task Consume(ConsumeContext<AllowRun> context) => Keep(context.Message);
        public Task Consume(ConsumeContext<CancelRun> context) => Keep(context.Message);
        public Task Consume(ConsumeContext<AttachRun> context) => Keep(context.Message);
        public Task Consume(ConsumeContext<CloseRun> context) => Keep(context.Message);

        public async ValueTask DisposeAsync() => await _queue!.DisposeAsync();

        private Task Keep(object message) => _received.Writer.WriteAsync(message).AsTask();
    }
}

public sealed class InProcessRunCommandTests(InProcessTransport transport) : RunCommandTests(transport), IClassFixture<InProcessTransport>;

public sealed class RabbitMqRunCommandTests(RabbitMqTransport transport) : RunCommandTests(transport), IClassFixture<RabbitMqTransport>;
