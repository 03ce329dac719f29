using System.Text;
using Npgsql;
using Platform.Eventing.Usage;

namespace Platform.Eventing;

/// <summary>Reads usage from the rollup tables.</summary>
public sealed class UsageReader(NpgsqlDataSource database)
{
    private static readonly IReadOnlyList<(string Group, string Column)> Groups =
        [("project_id", "project_id"), ("user_id", "user_id"), ("api_key_id", "key_id"), ("model", "model"), ("service_tier", "service_tier")];

    /// <summary>Non-empty (bucket, group) rows in the order of their buckets; the caller fills in the empty buckets.</summary>
    /// <exception cref="ArgumentException">A name in <see cref="UsageQuery.GroupBy"/> is none of those it lists.</exception>
    public async Task<IReadOnlyList<UsageRow>> Read(UsageQuery query, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand();
        command.CommandText = Sql(query, command.Parameters);
        var rows = new List<UsageRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            string? Id(int i) => reader.IsDBNull(i) ? null : reader.GetString(i);
            rows.Add(new UsageRow(
                reader.GetFieldValue<DateTimeOffset>(0), Id(1), Id(2), Id(3), Id(4), Id(5),
                reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9), reader.GetInt64(10), reader.GetInt64(11), reader.GetInt64(12)));
        }

        return rows;
    }

    private static string Sql(UsageQuery query, NpgsqlParameterCollection parameters)
    {
        if (query.GroupBy.FirstOrDefault(name => Groups.All(g => g.Group != name)) is { } unknown)
            throw new ArgumentException($"group_by: '{unknown}' is none of {string.Join(", ", Groups.Select(g => g.Group))}.", nameof(query));

        var sql = new StringBuilder("select bucket");
        foreach (var (group, column) in Groups) sql.Append(query.GroupBy.Contains(group) ? $", {column}" : ", null::text");
        foreach (var sum in (string[])["requests", "input_tokens", "cached_tokens", "output_tokens", "cost_micros", "video_frames", "video_millis"]) sql.Append($", sum({sum})::bigint");
        sql.Append($" from {UsageTables.Name(query.Width)} where bucket >= {Parameter(UsageTables.Bucket(query.Start, query.Width))}");
        sql.Append($" and bucket < {Parameter(query.End.ToUniversalTime())}");
        Filter("kind", query.Kinds);
        Filter("project_id", query.Projects);
        Filter("user_id", query.Users);
        Filter("key_id", query.Keys);
        Filter("model", query.Models);
        sql.Append(" group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6");
        return sql.ToString();

        void Filter(string column, IReadOnlyList<string> values)
        {
            if (values.Count > 0) sql.Append($" and {column} = any({Parameter(values.ToArray())})");
        }

        string Parameter(object value)
        {
            parameters.Add(new() { Value = value });
            return $"${parameters.Count}";
        }
    }
}

public enum BucketWidth { Minute, Hour, Day }

/// <param name="Start">Inclusive, cut down to the bucket.</param>
/// <param name="End">Exclusive.</param>
public sealed record UsageQuery(DateTimeOffset Start, DateTimeOffset End, BucketWidth Width)
{
    /// <summary>Generation kinds, e.g. <c>chat</c>; empty: all.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];
    public IReadOnlyList<string> Projects { get; init; } = [];
    public IReadOnlyList<string> Users { get; init; } = [];
    public IReadOnlyList<string> Keys { get; init; } = [];
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Of <c>project_id, user_id, api_key_id, model, service_tier</c>.</summary>
    public IReadOnlyList<string> GroupBy { get; init; } = [];
}

/// <summary>Ids are null where the query did not group by them.</summary>
public sealed record UsageRow(
    DateTimeOffset Bucket, string? ProjectId, string? UserId, string? KeyId, string? Model, string? ServiceTier,
    long Requests, long InputTokens, long CachedTokens, long OutputTokens, long CostMicros, long VideoFrames, long VideoMillis);
