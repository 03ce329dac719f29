using System.Text.Json;
using Npgsql;
using Platform.Contracts.Generations;
using Platform.Eventing.Content;
using Platform.Eventing.Database;

namespace Platform.Eventing.Generations;

/// <summary>A generation as it was recorded.</summary>
/// <param name="Reason">Why it did not complete; empty when it did.</param>
/// <param name="Content">Null where nothing was kept, or no longer is.</param>
public sealed record RecordedGeneration(Outcome Outcome, string Reason, GenerationFigures Figures, GenerationContent? Content);

public sealed class GenerationReader(NpgsqlDataSource database, ContentReader content)
{
    private static readonly JsonSerializerOptions Json = Options();

    /// <summary>Null: nothing is recorded under this id.</summary>
    public async Task<RecordedGeneration?> Read(string generationId, CancellationToken cancellation)
    {
        if (await ReadEvent(generationId, cancellation) is not (var type, var data)) return null;
        var said = (await content.Read(generationId, cancellation))?.Content;
        return type switch
        {
            "generation_failed" => Read<GenerationFailed>(data) is var failed ? new(Outcome.Failed, failed.Reason, failed.Figures, said) : null,
            "generation_cancelled" => Read<GenerationCancelled>(data) is var cancelled ? new(Outcome.Cancelled, cancelled.Reason, cancelled.Figures, said) : null,
            _ => new(Outcome.Completed, "", Read<GenerationCompleted>(data).Figures, said),
        };
    }

    private async Task<(string Type, string Data)?> ReadEvent(string generationId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"select type, data::text from {LedgerSchema.Name}.mt_events where stream_id = $1 and type in ('generation_completed', 'generation_failed', 'generation_cancelled') limit 1");
        command.Parameters.Add(new() { Value = generationId });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? (row.GetString(0), row.GetString(1)) : null;
    }

    private static T Read<T>(string data) => JsonSerializer.Deserialize<T>(data, Json) ?? throw new InvalidDataException("An event of a generation is null.");

    private static JsonSerializerOptions Options()
    {
        var options = new JsonSerializerOptions();
        EventsJson.Configure(options);
        return options;
    }
}
