using System.Text;
using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;
using Prometheus;

namespace Platform.Gateway.Tests.Generations;

public class PhaseTests
{
    private static readonly string[] Phases = ["reserve", "grant", "firsttoken", "tokens", "record"];

    [Fact]
    public async Task The_metrics_tell_of_every_part_of_an_answers_way()
    {
        await using var gateway = await GatewayHost.Start();
        var before = await Counts();
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["Hi"], FinishReason.Stop));
        (await asked).Dispose();
        var after = await Counts();
        Assert.All(Phases, phase => Assert.True(after.GetValueOrDefault(phase) > before.GetValueOrDefault(phase), phase));
    }

    /// <summary>How many answers each phase has been measured of, over all models.</summary>
    private static async Task<Dictionary<string, double>> Counts()
    {
        using var text = new MemoryStream();
        await Metrics.DefaultRegistry.CollectAndExportAsTextAsync(text, CancellationToken.None);
        var samples = Encoding.UTF8.GetString(text.ToArray()).Split('\n').Where(line => line.StartsWith("platform_generation_phase_seconds_count", StringComparison.Ordinal));
        return samples.GroupBy(line => line.Split("phase=\"")[1].Split('"')[0]).ToDictionary(phase => phase.Key, phase => phase.Sum(line => double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)));
    }
}
