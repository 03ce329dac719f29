using System.Diagnostics;
using Npgsql;
using Platform.Eventing.Content;
using Platform.Fixtures;

namespace Platform.Benchmarks.Processes;

/// <summary>
/// How much later than the luckiest chunk of its stream each chunk comes, counted from when it was made: by the engine, as recorded in the ledger, for the platform;
/// by a server that writes the time into its chunks, through a bare YARP proxy. Both make a chunk for every stream at the same moment.
/// </summary>
internal sealed class ChunkDelay(BenchCluster cluster, Served proxy)
{
    public const int Streams = 32, Chunks = 300;

    private double[] _platform = [], _proxied = [];

    public async Task Measure(Action<double> progress)
    {
        var request = RawConnection.Post(proxy.Address, "/ticks", "none", "{}");
        await Proxied(request); // compiled and warm
        progress(0.3);
        _proxied = await Proxied(request);
        progress(0.6);
        _platform = await Platform();
        progress(1);
    }

    public IEnumerable<(string What, string Figure, string Goal)> Figures()
    {
        yield return ($"chunk delay, {Streams} streams, bare YARP: p50 / p99, ms", $"{At(_proxied, 0.5):F2} / {At(_proxied, 0.99):F2}", "");
        yield return ("  worker, RabbitMQ, gateway: p50 / p99, ms", $"{At(_platform, 0.5):F2} / {At(_platform, 0.99):F2}", "");
        yield return ("  difference at p99, ms", $"{At(_platform, 0.99) - At(_proxied, 0.99):F2}", "≤ 1");
    }

    private async Task<double[]> Proxied(byte[] request)
    {
        using var connections = new Connections(proxy.Address);
        var arrivals = await Task.WhenAll(Enumerable.Range(0, Streams).Select(async _ =>
        {
            var arrival = new Arrivals("data: "u8.ToArray());
            await connections.Send(request, arrival.Receive);
            return arrival;
        }));
        return Delays(arrivals.Select(one => (one.Times, one.Numbers)));
    }

    private async Task<double[]> Platform()
    {
        using var connections = new Connections(cluster.Gateway);
        var request = cluster.Chat(BenchCluster.Paced, Chunks, stream: true);
        var arrivals = await Task.WhenAll(Enumerable.Range(0, Streams).Select(async _ =>
        {
            var arrival = new Arrivals("\"delta\":{\"content\":"u8.ToArray());
            await connections.Send(request, arrival.Receive);
            return arrival;
        }));

        await using var database = NpgsqlDataSource.Create(cluster.ConnectionString);
        var contents = new ContentReader(database);
        var streams = new List<(List<long>, List<long>)>();
        foreach (var arrival in arrivals)
        {
            var content = await Eventually.Holds(() => contents.Read(arrival.Id, CancellationToken.None), content => content is not null);
            var made = 0L;
            streams.Add((arrival.Times, [.. content!.Content.Choices[0].Micros.Select(micros => (made += micros) * Stopwatch.Frequency / 1_000_000)])); // waited for
        }

        return Delays(streams);
    }

    /// <param name="streams">When each chunk came and when it was made, in ticks of two clocks that run alike.</param>
    private static double[] Delays(IEnumerable<(List<long> Came, List<long> Made)> streams) => [.. streams.SelectMany(stream =>
    {
        if (stream.Came.Count != stream.Made.Count) throw new InvalidOperationException($"{stream.Made.Count} chunks were made and {stream.Came.Count} came.");
        var delays = stream.Came.Zip(stream.Made, (came, made) => came - made).ToArray();
        var least = delays.Min();
        return delays.Select(delay => (delay - least) * 1000.0 / Stopwatch.Frequency);
    }).Order()];

    private static double At(double[] sorted, double p) => sorted[(int)(p * (sorted.Length - 1))];

    /// <summary>When each event of a stream came; of the server's own also when it was made.</summary>
    private sealed class Arrivals(byte[] mark)
    {
        public List<long> Times { get; } = new(Chunks);
        public List<long> Numbers { get; } = new(Chunks);
        public string Id { get; private set; } = "";

        public void Receive(ReadOnlySpan<byte> bytes)
        {
            var now = Stopwatch.GetTimestamp();
            if (Id.Length == 0 && bytes.IndexOf("chatcmpl-"u8) is >= 0 and var id) Id = System.Text.Encoding.ASCII.GetString(bytes[id..(id + bytes[id..].IndexOfAny("\":"u8))]);
            for (int at; (at = bytes.IndexOf(mark)) >= 0;)
            {
                bytes = bytes[(at + mark.Length)..];
                Times.Add(now);
                if (System.Buffers.Text.Utf8Parser.TryParse(bytes, out long number, out _)) Numbers.Add(number);
            }
        }
    }
}
