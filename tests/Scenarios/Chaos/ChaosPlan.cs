using System.Globalization;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>What happens, in which order and for how long, as the environment says (<c>./platform chaos --help</c>).</summary>
internal sealed class ChaosPlan
{
    private readonly Random _random;
    private readonly List<Disturbance> _possible;

    public ChaosPlan()
    {
        Seed = int.Parse(Text("SEED", "1"), CultureInfo.InvariantCulture);
        Length = TimeSpan.FromMinutes(double.Parse(Text("MINUTES", "0.3"), CultureInfo.InvariantCulture));
        Every = TimeSpan.FromSeconds(double.Parse(Text("EVERY", "0"), CultureInfo.InvariantCulture));
        _random = new Random(Seed);
        var only = Text("ONLY", "").Split(',');
        _possible = [.. Disturbance.All.Where(one => Array.Exists(only, part => one.ToString().Contains(part, StringComparison.Ordinal)) && one.Lasts < Length / 2)];
        Assert.True(_possible.Count > 0, $"No disturbance that lasts less than half of {Length.TotalMinutes} minutes has one of '{Text("ONLY", "")}' in its name; there are: {string.Join(", ", Disturbance.All)}.");
    }

    public int Seed { get; }
    public TimeSpan Length { get; }

    /// <summary>From the beginning of a disturbance to that of the next, if it is over by then.</summary>
    public TimeSpan Every { get; }

    /// <summary>Clients of the bundled model; 0: it is not loaded.</summary>
    public static int SmolLmClients => int.Parse(Text("SMOLLM2", "1"), CultureInfo.InvariantCulture);

    public Disturbance Next() => _possible[_random.Next(_possible.Count)];

    private static string Text(string name, string otherwise) => Environment.GetEnvironmentVariable("PLATFORM_CHAOS_" + name) is { Length: > 0 } text ? text : otherwise;
}
