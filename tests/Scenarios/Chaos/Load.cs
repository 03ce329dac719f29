using System.Net;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>Clients of every kind that ask the same few things again and again, and keep what they were told.</summary>
internal sealed class Load(PatientClient client, IReadOnlyDictionary<string, string> answers, Outcomes outcomes, int seed)
{
    /// <summary>After a refusal, so that a client does not ask in circles.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Far longer than anybody listens.</summary>
    private static readonly Recipe Endless = new("the rest", TestCatalogue.Slow, 1, """ "temperature":0,"max_tokens":3500 """);

    private int _asked;

    public Task Run(int clients, CancellationToken until) => Task.WhenAll(Enumerable.Range(0, clients).Select(i => Client(new Random(seed + i), until)));

    private async Task Client(Random random, CancellationToken until)
    {
        await Task.Yield();
        while (!until.IsCancellationRequested)
        {
            var recipe = Recipe.All[random.Next(Recipe.All.Count)];
            var gateway = Interlocked.Increment(ref _asked);
            switch (random.Next(20))
            {
                case < 12: await Stream(recipe, gateway); break;
                case < 16: await Whole(recipe, gateway); break;
                case < 19: await Leave(recipe, gateway, TimeSpan.FromMilliseconds(random.Next(1500))); break;
                default: await Leave(Endless, gateway, TimeSpan.FromMilliseconds(random.Next(5000))); break;
            }
        }
    }

    private async Task Stream(Recipe recipe, int gateway)
    {
        var heard = await client.Stream(recipe, gateway);
        if (heard.Id is null)
        {
            outcomes.Refused(heard.Error!); // nothing came: it was refused, or its connection broke
            await Task.Delay(Pause);
            return;
        }

        outcomes.Pulses.Enqueue(heard.Pulse);
        if (!heard.IsDone) outcomes.Wrong.Enqueue($"{recipe.Name} {heard.Id} broke at {heard.Position}: {heard.Error}");
        else if (!heard.EachChoiceEndedOnce) outcomes.Wrong.Enqueue($"{recipe.Name} {heard.Id}: a choice did not end once");
        else if (heard.Said != answers[recipe.Name]) outcomes.Wrong.Enqueue($"{recipe.Name} {heard.Id} over {heard.Connections} connections is not the uninterrupted answer:\n{heard.Said}\n{answers[recipe.Name]}");
        if (heard.IsDone) outcomes.Told[heard.Id] = heard.Usage!.Value; // asked for
        else outcomes.Left[heard.Id] = heard.Pieces;
    }

    private async Task Whole(Recipe recipe, int gateway)
    {
        if (await client.Ask(recipe, gateway) is not { } answer)
        {
            Interlocked.Increment(ref outcomes.Unknown);
        }
        else if (answer.Status == HttpStatusCode.OK)
        {
            outcomes.Told[answer.Id] = answer.Usage;
        }
        else if (answer.Status == HttpStatusCode.RequestTimeout)
        {
            outcomes.Wrong.Enqueue($"{recipe.Name}: no answer, and no refusal either");
        }
        else
        {
            outcomes.Refused($"{(int)answer.Status} {answer.Body.GetRawText()}");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Goes after a while, and does not come back either when its connection breaks before that.</summary>
    private async Task Leave(Recipe recipe, int gateway, TimeSpan after)
    {
        using var leave = new CancellationTokenSource(after);
        var heard = new Heard(recipe.Choices);
        try
        {
            await client.Stream(recipe, gateway, heard, continues: false, leave.Token);
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
        }

        if (heard.Id is { } id) outcomes.Left[id] = heard.Pieces;
        else Interlocked.Increment(ref outcomes.Unknown);
    }
}
