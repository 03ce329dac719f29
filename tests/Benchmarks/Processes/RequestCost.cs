namespace Platform.Benchmarks.Processes;

/// <summary>Whole chat requests over RabbitMQ, every one recorded: how many, how long, and what each costs in which process. Next to what HTTP alone takes here.</summary>
internal sealed class RequestCost(BenchCluster cluster, Served bare)
{
    private const int InFlight = 32, Tokens = 16, Rounds = 3;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    /// <summary>Parts of a request's way through the gateway, as its metrics name them.</summary>
    private static readonly (string Phase, string What)[] Phases = [("reserve", "quota"), ("grant", "pool"), ("firsttoken", "to the worker and back"), ("tokens", "tokens"), ("record", "ledger")];

    private readonly Dictionary<string, Spread> _cpu = cluster.Names.ToDictionary(name => name, _ => new Spread());
    private readonly Spread[] _phases = [.. Phases.Select(_ => new Spread())];
    private readonly Spread _perSecond = new(), _bareMedian = new(), _bareTail = new(), _median = new(), _tail = new(), _alone = new();

    public async Task Measure(Action<double> progress)
    {
        var request = cluster.Chat(BenchCluster.Fast, Tokens, stream: false);
        var plain = RawConnection.Post(bare.Address, "/v1/chat/completions", "none", "{}");
        using var gateway = new Connections(cluster.Gateway);
        using var endpoint = new Connections(bare.Address);
        await Load.Closed(InFlight, 3 * Duration, () => gateway.Send(request)); // compiled and warm
        await Load.Closed(InFlight, Duration / 5, () => endpoint.Send(plain));
        for (var round = 1; round <= Rounds; round++)
        {
            progress((double)round / (Rounds + 1));
            var before = _cpu.Keys.ToDictionary(name => name, cluster.Cpu);
            var closed = await Load.Closed(InFlight, Duration, () => gateway.Send(request));
            foreach (var (name, spread) in _cpu) spread.Add((cluster.Cpu(name) - before[name]).TotalMilliseconds / closed.Count);
            _perSecond.Add(closed.PerSecond);

            var earlier = await Task.WhenAll(Phases.Select(part => cluster.Phase(BenchCluster.Fast, part.Phase)));
            var (bareOne, one) = (await Load.Closed(1, Duration / 5, () => endpoint.Send(plain)), await Load.Closed(1, Duration / 2, () => gateway.Send(request)));
            _alone.Add(one.Ms(0.5) - bareOne.Ms(0.5));
            var later = await Task.WhenAll(Phases.Select(part => cluster.Phase(BenchCluster.Fast, part.Phase)));
            for (var i = 0; i < Phases.Length; i++) _phases[i].Add(1000 * (later[i].Seconds - earlier[i].Seconds) / (later[i].Count - earlier[i].Count));

            var rate = closed.PerSecond / 3;
            var alone = await Load.Open(rate, Duration, () => endpoint.Send(plain));
            var open = await Load.Open(rate, Duration, () => gateway.Send(request));
            _bareMedian.Add(alone.Ms(0.5));
            _bareTail.Add(alone.Ms(0.99));
            _median.Add(open.Ms(0.5) - alone.Ms(0.5));
            _tail.Add(open.Ms(0.99) - alone.Ms(0.99));
        }

        progress(1);
    }

    public IEnumerable<(string What, string Figure, string Goal)> Figures()
    {
        yield return ($"requests/s, {InFlight} in flight, {Tokens} tokens each", _perSecond.Text("F0"), "");
        yield return ("CPU a request, ms: gateway", _cpu["gateway-1"].Text("F3"), "≤ 0.5");
        foreach (var (name, spread) in _cpu.Where(one => one.Key is not ("gateway-1" or "console"))) yield return ($"  {name}", spread.Text("F3"), "");
        yield return ("added latency, one at a time: p50, ms", _alone.Text("F2"), "≤ 3");
        for (var i = 0; i < Phases.Length; i++) yield return ($"  mean of it, {Phases[i].What}, ms", _phases[i].Text("F2"), "");
        yield return ("added latency at a third of that rate: p50, ms", _median.Text("F2"), "");
        yield return ("  p99, ms", _tail.Text("F2"), "");
        yield return ("  of a bare endpoint: p50 / p99, ms", $"{_bareMedian.Median:F2} / {_bareTail.Median:F2}", "");
    }
}
