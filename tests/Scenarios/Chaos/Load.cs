using System.Collections.Concurrent;
using System.Net;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>Clients of every kind that ask the same few things again and again, and keep what they were told.</summary>
internal sealed class Load(PatientClient client, IReadOnlyDictionary<string, string> answers, int seed)
{
    private int _asked;

    /// <summary>Usage by generation, of those that were answered to their end.</summary>
    public ConcurrentDictionary<string, (long Prompt, long Completion)> Told { get; } = new();

    /// <summary>Generations whose client left, or may have been answered without hearing it.</summary>
    public ConcurrentDictionary<string, bool> Left { get; } = new();
    public ConcurrentQueue<string> Wrong { get; } = new();
    public ConcurrentQueue<TimeSpan> Gaps { get; } = new();
    public ConcurrentDictionary<string, int> Refusals { get; } = new();

    /// <summary>Requests whose connection broke before their generation had a name.</summary>
    public int Unknown;
    public int Continued;

    public Task Run(int clients, CancellationToken until) => Task.WhenAll(Enumerable.Range(0, clients).Select(i => Client(new Random(seed + i), until)));

    private async Task Client(Random random, CancellationToken until)
    {
        await Task.Yield();
        while (!until.IsCancellationRequested)
        {
            var recipe = Recipe.All[random.Next(Recipe.All.Count)];
            var gateway = Interlocked.Increment(ref _asked);
            switch (random.Next(10))
            {
                case < 6: await Stream(recipe, gateway); break;
                case < 8: await Whole(recipe, gateway); break;
                default: await Leave(recipe, gateway, TimeSpan.FromMilliseconds(random.Next(1500))); break;
            }
        }
    }

    private async Task Stream(Recipe recipe, int gateway)
    {
        var heard = await client.Stream(recipe, gateway);
        if (heard.Connections > 1) Interlocked.Increment(ref Continued);
        if (heard.Id is null)
        {
            await Refused(heard.Error!); // nothing came: it was refused, or its connection broke
            return;
        }

        Gaps.Enqueue(heard.LongestGap);
        if (!heard.IsDone) Wrong.Enqueue($"{recipe.Name} {heard.Id} broke at {heard.Position}: {heard.Error}");
        else if (!heard.EachChoiceEndedOnce) Wrong.Enqueue($"{recipe.Name} {heard.Id}: a choice did not end once");
        else if (heard.Said != answers[recipe.Name]) Wrong.Enqueue($"{recipe.Name} {heard.Id} over {heard.Connections} connections is not the uninterrupted answer:\n{heard.Said}\n{answers[recipe.Name]}");
        if (heard.IsDone) Told[heard.Id] = heard.Usage!.Value; // asked for
        else Left[heard.Id] = true;
    }

    private async Task Whole(Recipe recipe, int gateway)
    {
        if (await client.Ask(recipe, gateway) is not { } answer) Interlocked.Increment(ref Unknown);
        else if (answer.Status == HttpStatusCode.OK) Told[answer.Id] = answer.Usage;
        else await Refused($"{(int)answer.Status} {answer.Body.GetRawText()}");
    }

    private async Task Leave(Recipe recipe, int gateway, TimeSpan after)
    {
        using var leave = new CancellationTokenSource(after);
        try
        {
            if ((await client.Stream(recipe, gateway, leave.Token)).Id is { } id) Left[id] = true;
            else Interlocked.Increment(ref Unknown);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref Unknown);
        }
    }

    /// <summary>A refusal has a status and says when to come back; anything else is a broken connection.</summary>
    private async Task Refused(string error)
    {
        var kind = error.StartsWith("503", StringComparison.Ordinal) || error.StartsWith("429", StringComparison.Ordinal) ? error[..3] : error;
        Refusals.AddOrUpdate(kind[..Math.Min(160, kind.Length)], 1, (_, count) => count + 1);
        if (kind.Length > 3) Interlocked.Increment(ref Unknown);
        await Task.Delay(200);
    }
}
