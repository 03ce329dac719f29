using System.Diagnostics;

namespace Platform.Benchmarks.Processes;

/// <summary>Streams with a frame for every token, as many as one model decodes: frames a second through RabbitMQ and the gateway, and what each costs.</summary>
internal sealed class FrameRate(BenchCluster cluster)
{
    private const int Streams = BenchCluster.Slots, Tokens = 300;

    private double _perSecond, _gatewayMicros, _workerMicros, _brokerMicros;

    public async Task Measure(Action<double> progress)
    {
        var request = cluster.Chat(BenchCluster.Paced, Tokens, stream: true);
        using var gateway = new Connections(cluster.Gateway);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => gateway.Send(cluster.Chat(BenchCluster.Paced, 4, stream: true))));
        var events = 0L;
        var (began, before) = (Stopwatch.GetTimestamp(), Cpu());
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => gateway.Send(request, bytes =>
        {
            var seen = Interlocked.Add(ref events, bytes.Count("\"delta\":{\"content\":"u8));
            progress((double)seen / (Streams * Tokens));
        })));
        var (elapsed, after) = (Stopwatch.GetElapsedTime(began), Cpu());
        _perSecond = events / elapsed.TotalSeconds;
        (_gatewayMicros, _workerMicros, _brokerMicros) = ((after.Gateway - before.Gateway).TotalMicroseconds / events, (after.Worker - before.Worker).TotalMicroseconds / events, (after.Broker - before.Broker).TotalMicroseconds / events);
        progress(1);
    }

    public IEnumerable<(string What, string Figure, string Goal)> Figures()
    {
        yield return ($"frames/s, asked for {Streams / BenchCluster.Pace.TotalSeconds:F0} by {Streams} streams", $"{_perSecond:F0}", "");
        yield return ("  CPU each, µs: gateway / worker / RabbitMQ", $"{_gatewayMicros:F0} / {_workerMicros:F0} / {_brokerMicros:F0}", "");
    }

    private (TimeSpan Gateway, TimeSpan Worker, TimeSpan Broker) Cpu() => (cluster.Cpu("gateway-1"), cluster.Cpu("llama-worker-1"), cluster.Cpu("rabbitmq"));
}
