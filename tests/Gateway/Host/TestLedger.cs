using System.Threading.Channels;
using Platform.Contracts.Generations;

namespace Platform.Gateway.Tests.Host;

/// <summary>Keeps what is recorded; can be made to take its time.</summary>
internal sealed class TestLedger : IGenerationLedger
{
    private readonly Channel<GenerationFinished> recorded = Channel.CreateUnbounded<GenerationFinished>();

    public TaskCompletionSource? Gate { get; set; }
    public bool HasRoom { get; set; } = true;
    public bool IsEmpty => recorded.Reader.Count == 0;

    public async Task Record(GenerationFinished finished, CancellationToken cancellation)
    {
        recorded.Writer.TryWrite(finished);
        if (Gate is { } gate) await gate.Task.WaitAsync(cancellation);
    }

    public async Task<GenerationFinished> Next()
    {
        using var patience = new CancellationTokenSource(GatewayHost.Soon);
        return await recorded.Reader.ReadAsync(patience.Token);
    }
}
