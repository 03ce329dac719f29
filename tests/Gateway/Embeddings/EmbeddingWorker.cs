using System.Runtime.InteropServices;
using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Embeddings;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;
using Platform.Messaging.Runs;

namespace Platform.Gateway.Tests.Embeddings;

/// <summary>A worker whose every answer a test writes.</summary>
internal sealed class EmbeddingWorker : IConsumer<RunEmbedding>, IConsumer<CancelRun>
{
    private readonly Channel<object> commands = Channel.CreateUnbounded<object>();
    private readonly IWorkerQueues queues;
    private WorkerQueue? queue;

    private EmbeddingWorker(IWorkerQueues queues, string id) => (this.queues, Id) = (queues, id);

    public string Id { get; }

    public static async Task<EmbeddingWorker> Start(GatewayHost gateway, string id)
    {
        var worker = new EmbeddingWorker(gateway.Services.GetRequiredService<IWorkerQueues>(), id);
        worker.queue = await worker.queues.Open(id, endpoint => endpoint.Instance(worker));
        gateway.Grains.Pool.Workers = gateway.Grains.Pool.Workers.Remove("w1").Add(id);
        return worker;
    }

    public ValueTask Stop() => queue!.DisposeAsync();

    /// <summary>The next command; it must be of this kind.</summary>
    public async Task<T> Next<T>()
    {
        using var patience = new CancellationTokenSource(GatewayHost.Soon);
        return Assert.IsType<T>(await commands.Reader.ReadAsync(patience.Token));
    }

    /// <summary>Vectors of two numbers.</summary>
    public Task Answer(RunEmbedding run, int from, params float[] numbers) => Send(run, new()
    {
        GenerationId = run.GenerationId, Run = run.Run, Worker = Id, PromptTokens = 9, Dimensions = 2, From = from, Vectors = MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray(),
    });

    public Task Fail(RunEmbedding run, RunErrorKind kind) =>
        Send(run, new() { GenerationId = run.GenerationId, Run = run.Run, Worker = Id, Error = new RunError(kind, "code", "The worker said so.", "input[1]") });

    public Task Consume(ConsumeContext<RunEmbedding> context) => commands.Writer.WriteAsync(context.Message).AsTask();

    public Task Consume(ConsumeContext<CancelRun> context) => commands.Writer.WriteAsync(context.Message).AsTask();

    private Task Send(RunEmbedding run, EmbeddingAnswer answer) => queues.Send(run.ReplyTo, answer, CancellationToken.None);
}
