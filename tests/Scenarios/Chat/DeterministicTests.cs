using System.Globalization;
using System.Net;
using Npgsql;

namespace Platform.Scenarios.Tests.Chat;

/// <summary>Deterministic chats of the bundled model, over HTTP: at temperature 1 and without a seed, the same request is answered the same every time. <c>PLATFORM_DETERMINISTIC</c> asks more often.</summary>
public sealed class DeterministicTests(PlatformFixture platform)
{
    private static readonly int Times = int.Parse(Environment.GetEnvironmentVariable("PLATFORM_DETERMINISTIC") ?? "6", CultureInfo.InvariantCulture);

    private static readonly object Request = new { model = TestCatalogue.SmolLm, messages = new[] { new { role = "user", content = "Tell me a story about a lighthouse." } }, temperature = 1, max_tokens = 32, deterministic = true };

    [Fact]
    public async Task The_same_request_is_answered_the_same_alone_and_under_load_and_recorded_as_such()
    {
        var answers = new List<ChatAnswer>();
        for (var i = 0; i < Times; i++) answers.Add(await platform.Client.Ask(Request));

        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 3).Select(async client =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++) Assert.Equal(HttpStatusCode.OK, (await platform.Client.Ask(ChatClient.Request(TestCatalogue.SmolLm, $"Client {client} wants to know {i}.", 20, seed: i))).Status);
        }));
        await Parallel.ForAsync(0, Times, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (_, cancellation) =>
        {
            var answer = await platform.Client.Ask(Request, cancellation);
            lock (answers) answers.Add(answer);
        });
        await stop.CancelAsync();
        await load;

        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.OK, answers[0].Text, answers[0].Usage), (answer.Status, answer.Text, answer.Usage)));
        Assert.All(answers, answer => Assert.Equal(0, answer.Body.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32()));
        Assert.Equal(["true", "0"], await Recorded(answers[^1].Id));
    }

    private async Task<string[]> Recorded(string id)
    {
        await Ledger.Generation(platform, id);
        await using var source = NpgsqlDataSource.Create(platform.ConnectionString);
        await using var command = source.CreateCommand("select data -> 'figures' ->> 'deterministic', data -> 'figures' ->> 'seed' from ledger.mt_events where stream_id = $1");
        command.Parameters.AddWithValue(id);
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return [row.GetString(0), row.GetString(1)];
    }
}
