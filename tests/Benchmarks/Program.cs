using Platform.Benchmarks;
using Platform.Benchmarks.Processes;
using Spectre.Console;

// A server under load is a process of its own, so that its CPU time is its own.
if (args is ["serve", var served, ..]) return await Served.Run(served, args[2..]);

var parts = new (string Name, string What, Func<Task<Table>> Run)[]
{
    ("gateway", "the whole road of a chat request on the bigram engine, next to a bare Kestrel endpoint", GatewayBench.Run),
    ("chat", "the bundled model: tokens a second, and what the scheduler costs", ChatBench.Run),
    ("peer", "chats over HTTP beside llama-server on the same file and threads, in turn", PeerBench.Run),
    ("pace", "running streams of the bundled model while a long prompt is read", PaceBench.Run),
    ("speculation", "the bundled model with guesses from the text and without, in turn", SpeculationBench.Run),
    ("sampling", "what the steps after the engine's own code cost, by how tokens are drawn", SamplingBench.Run),
    ("soak", "the bundled model under random load and cancels: slots, cells and memory (PLATFORM_SOAK_MINUTES)", SoakBench.Run),
    ("embeddings", "64 requests of one text each, next to one request of 64 texts", EmbeddingsBench.Run),
    ("ledger", "generations recorded, and how far the rollup lags", LedgerBench.Run),
    ("video", "the bundled video model: pipeline, memory, from the request to the clip", VideoBench.Run),
    ("shapes", "how often the bundled video model does what a caption says (minutes)", ShapesBench.Run),
    ("processes", "the cluster of processes over RabbitMQ: requests, streams, memory", ProcessesBench.Run),
    ("quota", "reserve and settle over project, key and model limits", QuotaBench.Run),
};

var unknown = args.Except(parts.Select(part => part.Name)).ToList();
if (unknown.Count > 0)
{
    await Console.Error.WriteLineAsync($"bench: there is no part '{unknown[0]}'; the parts are {string.Join(", ", parts.Select(part => part.Name))}.");
    return 2;
}

// What is measured is durable: the database syncs as an operator's does.
Environment.SetEnvironmentVariable("PLATFORM_POSTGRES_OPTIONS", "-c fsync=on");
AnsiConsole.MarkupLineInterpolated($"[dim]{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, .NET {Environment.Version}, server and load share them[/]");
foreach (var (name, what, run) in parts.Where(part => args.Length == 0 || args.Contains(part.Name)))
{
    AnsiConsole.MarkupLineInterpolated($"\n[bold]{name}[/]: {what}");
    AnsiConsole.Write(await run());
}
return 0;
