using Npgsql;

namespace Platform.Eventing;

/// <summary>Reads usage from the rollup tables.</summary>
public sealed class UsageReader(NpgsqlDataSource database)
{
    /// <summary>Non-empty (bucket, group) rows in the order of their buckets; the caller fills in the empty buckets.</summary>
    public Task<IReadOnlyList<UsageRow>> Read(UsageQuery query, CancellationToken cancellation)
    {
        _ = database;
        throw new NotImplementedException();
    }
}

public enum BucketWidth { Minute, Hour, Day }

/// <param name="Start">Inclusive, cut down to the bucket.</param>
/// <param name="End">Exclusive.</param>
/// <param name="GroupBy">Of <c>project_id, user_id, api_key_id, model, service_tier</c>.</param>
public sealed record UsageQuery(DateTimeOffset Start, DateTimeOffset End, BucketWidth Width)
{
    /// <summary>Generation kinds, e.g. <c>chat</c>; empty: all.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];
    public IReadOnlyList<string> Projects { get; init; } = [];
    public IReadOnlyList<string> Users { get; init; } = [];
    public IReadOnlyList<string> Keys { get; init; } = [];
    public IReadOnlyList<string> Models { get; init; } = [];
    public IReadOnlyList<string> GroupBy { get; init; } = [];
}

/// <summary>Ids are null where the query did not group by them.</summary>
public sealed record UsageRow(
    DateTimeOffset Bucket, string? ProjectId, string? UserId, string? KeyId, string? Model, string? ServiceTier,
    long Requests, long InputTokens, long CachedTokens, long OutputTokens, long CostMicros);
