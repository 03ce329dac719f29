using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Platform.Fixtures;
using Platform.Grains.Pools;
using Platform.Inference.Bigram;
using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp;

namespace Platform.Scenarios.Tests.Chat;

public sealed class DisconnectTests(PlatformFixture platform)
{
    private const int MostUnseen = 32;

    /// <summary>Behaviour 12.</summary>
    [Theory]
    [InlineData(TestCatalogue.Slow)]
    [InlineData(TestCatalogue.SmolLm)]
    public async Task A_client_that_disconnects_frees_its_slot_and_pays_for_what_it_got(string model)
    {
        var pool = platform.Services.GetRequiredService<IGrainFactory>().GetGrain<IPool>(model);
        await Eventually.Holds(async () => await pool.Read(), report => report is { Granted: 0, Waiting: 0 });

        var (id, text) = await ReadSome(model, pieces: 20);
        await Eventually.Holds(async () => await pool.Read(), report => report.Granted == 0);
        await Eventually.Holds(() => WorkerCounters.Running(model) == 0);

        var generation = await Ledger.Generation(platform, id);
        var received = Retokenised(model, text);
        Assert.Equal("generation_cancelled", generation.Type);
        Assert.InRange(generation.CompletionTokens, received, received + MostUnseen + 1);
    }

    /// <summary>Streams until so many pieces of text have come, then hangs up.</summary>
    private async Task<(string Id, string Text)> ReadSome(string model, int pieces)
    {
        using var client = platform.ClientOf(platform.ApiKey);
        using var leave = new CancellationTokenSource();
        var (id, text, count) = ("", new StringBuilder(), 0);
        try
        {
            await foreach (var line in client.Stream(ChatClient.Request(model, "Tell me a very long story.", 2000, stream: true, seed: null), leave.Token))
            {
                if (line.Event is { } chunk) id = chunk.GetProperty("id").GetString()!;
                if (line.Text is not { } piece) continue;
                text.Append(piece);
                if (++count == pieces) await leave.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
        }

        return (id, text.ToString());
    }

    private int Retokenised(string model, string text)
    {
        using IEngineModel engine = model == TestCatalogue.SmolLm ? LlamaModel.Load(platform.FileOf(model)) : BigramModel.Load(platform.FileOf(model));
        return engine.Tokenize(Encoding.UTF8.GetBytes(text), new int[text.Length + 8], addSpecial: false, parseSpecial: false);
    }
}
