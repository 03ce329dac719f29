using System.Diagnostics;
using System.Net;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>Clients of every kind that ask the same few things again and again, and keep what they were told.</summary>
/// <param name="isLimited">Whether a quota may end an answer early.</param>
internal sealed class Load(PatientClient client, IReadOnlyList<Recipe> recipes, IReadOnlyDictionary<Recipe, Answer> answers, Outcomes outcomes, int seed, bool isLimited = false)
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
        long? refused = null;
        while (!until.IsCancellationRequested)
        {
            var recipe = recipes[random.Next(recipes.Count)];
            var (gateway, asked) = (Interlocked.Increment(ref _asked), Stopwatch.GetTimestamp());
            var taken = random.Next(20) switch
            {
                < 12 => await Stream(recipe, gateway),
                < 16 => await Whole(recipe, gateway),
                < 19 => await Leave(recipe, gateway, TimeSpan.FromMilliseconds(random.Next(1500))),
                _ => await Leave(Endless, gateway, TimeSpan.FromMilliseconds(random.Next(5000))),
            };
            if (taken && refused is { } since) outcomes.Outages.Enqueue((since, asked));
            refused = taken ? null : refused ?? asked;
        }
    }

    private async Task<bool> Stream(Recipe recipe, int gateway)
    {
        var heard = await client.Stream(recipe, gateway);
        if (heard.Id is null) return await Refused(heard.Error!); // nothing came: it was refused, or its connection broke

        outcomes.Pulses.Enqueue(heard.Pulse);
        if (!heard.IsDone) outcomes.Wrong.Enqueue($"{recipe.Name} {heard.Id} broke at {heard.Position}: {heard.Error}");
        else Judge(recipe, heard, isStream: true);
        if (heard.IsDone) outcomes.Told[heard.Id] = heard.Usage!.Value; // asked for
        else outcomes.Left[heard.Id] = LeftNow(recipe, heard);
        return true;
    }

    private async Task<bool> Whole(Recipe recipe, int gateway)
    {
        if (await client.Ask(recipe, gateway) is not { } answer)
        {
            Interlocked.Increment(ref outcomes.Unknown);
            return false;
        }

        if (answer.Status == HttpStatusCode.OK)
        {
            outcomes.Told[answer.Id] = answer.Usage;
            var heard = new Heard(recipe.Choices);
            heard.Take(answer.Body);
            Judge(recipe, heard, isStream: false);
            return true;
        }

        if (answer.Status != HttpStatusCode.RequestTimeout) return await Refused($"{(int)answer.Status} {answer.Body.GetRawText()}");
        outcomes.Wrong.Enqueue($"{recipe.Name}: no answer, and no refusal either");
        return false;
    }

    /// <summary>Goes after a while, and does not come back either when its connection breaks before that.</summary>
    private async Task<bool> Leave(Recipe recipe, int gateway, TimeSpan after)
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

        if (heard.Id is { } id) outcomes.Left[id] = LeftNow(recipe, heard);
        else Interlocked.Increment(ref outcomes.Unknown);
        return heard.Id is not null || heard.Error is null;
    }

    private void Judge(Recipe recipe, Heard heard, bool isStream)
    {
        if (!heard.EachChoiceEndedOnce) outcomes.Wrong.Enqueue($"{recipe.Name} {heard.Id}: a choice did not end once");
        else if ((isLimited ? answers[recipe].Leaves(heard.Texts) : answers[recipe].Differs(heard, isStream)) is { } difference) outcomes.Wrong.Enqueue($"{recipe.Name} {heard.Id} over {heard.Connections} connections is not the uninterrupted answer: {difference}");
    }

    private static LeftStream LeftNow(Recipe recipe, Heard heard) => new(recipe, heard.Tokens, heard.Pulse.LastAt, Stopwatch.GetTimestamp());

    private async Task<bool> Refused(string error)
    {
        var limited = outcomes.Refused(error);
        await Task.Delay(limited ? 5 * Pause : Pause);
        return limited;
    }
}
