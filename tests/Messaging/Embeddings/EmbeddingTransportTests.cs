using System.Text.Json;
using System.Threading.Channels;
using MassTransit;
using Platform.Contracts.Embeddings;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;

namespace Platform.Messaging.Tests.Embeddings;

/// <summary>A run goes to the worker's queue and its answer to the gateway's, over either transport.</summary>
public abstract class EmbeddingTransportTests(ITransport transport)
{
    private static readonly RunEmbedding Run = new()
    {
        GenerationId = PublicId.New("embd-"), Run = 3, ReplyTo = PublicId.New("gateway-"), Deadline = new DateTimeOffset(2031, 2, 3, 4, 5, 6, 789, TimeSpan.Zero), Model = "org/model",
        Texts = ["Grüße 🌍", "b"], Tokens = [[1, 2], [30_521]], Names = ["input[0]", "input[1]"], MaxTokens = 300_000, Truncate = true,
    };

    [Fact]
    public async Task A_run_and_a_big_answer_arrive_as_they_were_sent()
    {
        var bytes = new byte[2 * 1024 * 1024];
        new Random(7).NextBytes(bytes);
        var answer = new EmbeddingAnswer { GenerationId = Run.GenerationId, Run = 3, Worker = "w", PromptTokens = 12, Dimensions = 384, From = 5, Vectors = bytes };
        var refusal = new EmbeddingAnswer { GenerationId = Run.GenerationId, Run = 3, Worker = "w", Error = new RunError(RunErrorKind.InvalidRequest, "code", "message", "input[1]") };

        var (worker, gateway) = (new Reader<RunEmbedding>(), new Reader<EmbeddingAnswer>());
        var id = PublicId.New("w");
        await using var workerQueue = await transport.Queues().Open(id, endpoint => endpoint.Instance(worker));
        await using var gatewayQueue = await transport.Queues().Open(Run.ReplyTo, endpoint => endpoint.Instance(gateway));
        await transport.Queues().Send(id, Run, default);
        Assert.Equal(JsonSerializer.Serialize(Run), JsonSerializer.Serialize(await worker.Next()));
        await transport.Queues().Send(Run.ReplyTo, answer, default);
        await transport.Queues().Send(Run.ReplyTo, refusal, default);
        Assert.Equal(JsonSerializer.Serialize(answer), JsonSerializer.Serialize(await gateway.Next()));
        Assert.Equal(JsonSerializer.Serialize(refusal), JsonSerializer.Serialize(await gateway.Next()));
    }

    private sealed class Reader<T> : IConsumer<T>
        where T : class
    {
        private readonly Channel<T> _read = Channel.CreateBounded<T>(10);

        public Task Consume(ConsumeContext<T> context) => _read.Writer.WriteAsync(context.Message).AsTask();

        public async Task<T> Next() => await _read.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }
}

public sealed class InProcessEmbeddingTransportTests(InProcessTransport transport) : EmbeddingTransportTests(transport), IClassFixture<InProcessTransport>;

public sealed class RabbitMqEmbeddingTransportTests(RabbitMqTransport transport) : EmbeddingTransportTests(transport), IClassFixture<RabbitMqTransport>;
