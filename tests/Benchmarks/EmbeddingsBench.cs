using System.Diagnostics;
using System.Net.Http.Json;
using Platform.Fixtures;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>What 64 requests of one text each cost beside one request of 64 texts: the whole road, every request persisted, against the model's own work.</summary>
internal static class EmbeddingsBench
{
    private const int Texts = 64, Rounds = 12;
    private static readonly string[] Words = "the cat sits on a mat while quarterly revenue grew by twelve percent and rain falls over old harbours".Split(' ');
    private static readonly string[] Inputs = [.. Enumerable.Range(0, Texts).Select(i => string.Join(' ', Enumerable.Range(0, 20).Select(word => Words[(i * 7 + word * (1 + i % 5)) % Words.Length])))];

    public static async Task<Table> Run()
    {
        await using var database = await PostgresServer.CreateDatabase();
        await using var platform = await Served.Platform(database, embeddings: true);
        for (var i = 0; i < 40; i++) await Alone(platform);   // compiled and warm
        await Together(platform);

        var (alone, together) = (new Cost(platform), new Cost(platform));
        for (var round = 0; round < Rounds; round++)
        {
            await alone.Of(Alone);
            await together.Of(Together);
        }

        var table = new Table().AddColumns("64 texts of about 22 tokens", "one each, at once", "all in one", "ratio");
        table.AddRow("CPU, ms", $"{alone.CpuMs:F1}", $"{together.CpuMs:F1}", $"{alone.CpuMs / together.CpuMs:F2} ×");
        table.AddRow("texts/s", $"{Texts * 1000 / alone.Ms:F0}", $"{Texts * 1000 / together.Ms:F0}", $"{together.Ms / alone.Ms:F2} ×");
        return table;
    }

    private static Task Alone(Served served) => Task.WhenAll(Inputs.Select(input => Ask(served, input)));

    private static Task Together(Served served) => Ask(served, Inputs);

    private static async Task Ask(Served served, object input)
    {
        using var answer = await served.Client.PostAsJsonAsync("v1/embeddings", new { model = Served.Embedder, input, encoding_format = "base64" });
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        await answer.Content.LoadIntoBufferAsync();
    }

    private sealed class Cost(Served served)
    {
        private TimeSpan _cpu;
        private long _ticks;

        public double CpuMs => _cpu.TotalMilliseconds / Rounds;
        public double Ms => Stopwatch.GetElapsedTime(0, _ticks).TotalMilliseconds / Rounds;

        public async Task Of(Func<Served, Task> work)
        {
            var (cpu, began) = (served.Cpu, Stopwatch.GetTimestamp());
            await work(served);
            _ticks += Stopwatch.GetTimestamp() - began;
            _cpu += served.Cpu - cpu;
        }
    }
}
