using System.Text;
using System.Text.Json;
using Npgsql;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;

namespace Platform.Eventing.Content;

public sealed class ContentReader(NpgsqlDataSource database)
{
    /// <summary>Null where nothing was kept, or no longer is.</summary>
    public async Task<StoredContent?> Read(string generationId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"select created_at, project_id, request, outputs, tokens, micros, text_ends, logprobs from {ContentTable.Name} where generation_id = $1");
        command.Parameters.Add(new() { Value = generationId });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation)) return null;

        var texts = row.GetFieldValue<byte[][]>(3);
        var tokens = row.GetFieldValue<byte[][]>(4);
        var micros = row.GetFieldValue<byte[][]>(5);
        var ends = row.GetFieldValue<byte[][]>(6);
        var logprobs = row.GetFieldValue<byte[][]>(7);
        var choices = texts.Select(
            (text, i) => new ChoiceContent(Encoding.UTF8.GetString(text), DeltaEncoding.Decode(tokens[i]), DeltaEncoding.Decode(micros[i]))
            {
                TextEnds = i < ends.Length ? DeltaEncoding.Decode(ends[i]) : [],
                Logprobs = i < logprobs.Length ? JsonSerializer.Deserialize<TokenLogprob?[]>(logprobs[i])! : [], // what is written is never null
            });
        var content = new GenerationContent { Request = Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(2)), Choices = [.. choices] };
        return new StoredContent(generationId, row.GetFieldValue<DateTimeOffset>(0), row.GetString(1), content);
    }
}
