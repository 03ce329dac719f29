using System.Text.Json;
using Npgsql;

namespace Platform.Scenarios.Tests.Chat;

/// <summary>Speculative decoding over HTTP: fewer steps, the same answer, and what was guessed is told and recorded.</summary>
public sealed class SpeculationTests(PlatformFixture platform)
{
    [Theory]
    [InlineData(null)]
    [InlineData(7)]
    public async Task Guessed_tokens_are_told_in_the_usage_and_recorded(int? seed)
    {
        var answer = await platform.Client.Ask(ChatClient.Request(TestCatalogue.Guessing, "Tell me of the fox.", 100, seed: seed));
        var usage = answer.Body.GetProperty("usage");
        Assert.Equal(100, usage.GetProperty("completion_tokens").GetInt32());
        var (accepted, rejected) = Guesses(usage);
        Assert.InRange(accepted, 50, 99);
        Assert.Equal((accepted, rejected), await Recorded(answer.Id));

        // the same text, and the same draws, without
        var plain = await platform.Client.Ask(ChatClient.Request(TestCatalogue.Slow, "Tell me of the fox.", 100, seed: seed));
        Assert.Equal(plain.Text, answer.Text);
        Assert.Equal((0, 0), Guesses(plain.Body.GetProperty("usage")));
    }

    [Fact]
    public async Task A_stream_tells_them_at_its_end()
    {
        JsonElement? usage = null;
        await foreach (var line in platform.Client.Stream(ChatClient.Request(TestCatalogue.Guessing, "Tell me of the dog.", 60, stream: true, n: 2, streamOptions: new { include_usage = true })))
            if (line.Event is { } chunk && chunk.TryGetProperty("usage", out var told) && told.ValueKind == JsonValueKind.Object) usage = told;
        Assert.InRange(Guesses(usage!.Value).Accepted, 60, 118);
    }

    private static (int Accepted, int Rejected) Guesses(JsonElement usage) =>
        usage.GetProperty("completion_tokens_details") is var details ? (details.GetProperty("accepted_prediction_tokens").GetInt32(), details.GetProperty("rejected_prediction_tokens").GetInt32()) : default;

    private async Task<(int Accepted, int Rejected)> Recorded(string id)
    {
        await Ledger.Generation(platform, id);
        await using var source = NpgsqlDataSource.Create(platform.ConnectionString);
        await using var command = source.CreateCommand("select (data -> 'figures' ->> 'accepted_tokens')::int, (data -> 'figures' ->> 'rejected_tokens')::int from ledger.mt_events where stream_id = $1");
        command.Parameters.AddWithValue(id);
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return (row.GetInt32(0), row.GetInt32(1));
    }
}
