using Orleans;

namespace Platform.Grains.Quotas;

/// <summary>
/// The rate limits of a project, its keys and its models in one grain (key: the project id), so that a reservation is one call and atomic.
/// Reserve → top up → settle; rates refill continuously (GCRA), nothing is written to storage per request.
/// </summary>
[Alias("platform.quotas.IProjectQuota")]
public interface IProjectQuota : IGrainWithStringKey
{
    /// <summary>Takes <see cref="Reservation.Requests"/> and <see cref="Reservation.Tokens"/> from every bucket concerned, or from none.</summary>
    [Alias("Reserve")] ValueTask<QuotaAnswer> Reserve(Reservation reservation);

    /// <summary>
    /// Adds tokens to a reservation, or none. <see cref="QuotaAnswer.Granted"/> is false when the budget is used up. A reservation that a fresh grain
    /// has not learned of yet is not granted either, with <see cref="QuotaAnswer.Limit"/> null: offer it, then ask again.
    /// </summary>
    [Alias("TopUp")] ValueTask<QuotaAnswer> TopUp(string generationId, long tokens);

    /// <summary>
    /// The gateway's settlement: shrinks (or, for a prompt larger than estimated, grows) the reservation to what was really used, as of its last token.
    /// Until the ledger has <see cref="Recorded"/> it, the reservation stays open. <paramref name="nothingToRecord"/> closes it at once.
    /// </summary>
    [Alias("Settle")] ValueTask Settle(string generationId, long usedTokens, bool nothingToRecord);

    /// <summary>The ledger's settlement: turns reservations into spent. Idempotent by sequence.</summary>
    [Alias("Recorded")] ValueTask Recorded(IReadOnlyList<RecordedUsage> recorded);

    /// <summary>Gateways offer their live reservations every 5 s and after a failed call; a fresh grain learns of them so.</summary>
    [Alias("Offer")] ValueTask Offer(IReadOnlyList<Reservation> live);

    [Alias("Configure")] Task Configure(QuotaLimits limits);

    [Alias("Read")] ValueTask<QuotaReport> Read();
}

/// <summary>What a generation may use.</summary>
/// <param name="Tokens">Upper bound of the prompt plus the first slice of output.</param>
/// <param name="Requests">1, or 0 for what is a part of a request that was counted already.</param>
[GenerateSerializer, Immutable, Alias("platform.quotas.Reservation")]
public sealed record Reservation(
    [property: Id(0)] string GenerationId, [property: Id(1)] string KeyId, [property: Id(2)] string Model, [property: Id(3)] long Tokens, [property: Id(4)] int Requests = 1);

/// <param name="RetryAfterMs">When not granted: how long until as much will have refilled; −1 when it never will.</param>
/// <param name="Limit">Name of the limit that refused: <c>requests</c> or <c>tokens</c>; null when granted.</param>
[GenerateSerializer, Immutable, Alias("platform.quotas.QuotaAnswer")]
public readonly record struct QuotaAnswer(
    [property: Id(0)] bool Granted, [property: Id(1)] string? Limit, [property: Id(2)] int RetryAfterMs, [property: Id(3)] RateReport Requests, [property: Id(4)] RateReport Tokens);

/// <summary>State of the tightest bucket, for the <c>x-ratelimit-*</c> headers. <see cref="Limit"/> is per minute; 0 means unlimited.</summary>
[GenerateSerializer, Immutable, Alias("platform.quotas.RateReport")]
public readonly record struct RateReport([property: Id(0)] long Limit, [property: Id(1)] long Remaining, [property: Id(2)] int ResetMs);

/// <param name="Sequence">Global sequence number of the generation's event.</param>
[GenerateSerializer, Immutable, Alias("platform.quotas.RecordedUsage")]
public readonly record struct RecordedUsage([property: Id(0)] string GenerationId, [property: Id(1)] long Sequence, [property: Id(2)] long Tokens, [property: Id(3)] long CostMicros);

/// <summary>Limits a minute; null is unlimited. Key and model limits apply on top of the project's.</summary>
[GenerateSerializer, Immutable, Alias("platform.quotas.QuotaLimits")]
public sealed record QuotaLimits
{
    [Id(0)] public Rate Project { get; init; } = new(null, null);
    [Id(1)] public IReadOnlyDictionary<string, Rate> Keys { get; init; } = new Dictionary<string, Rate>();
    [Id(2)] public IReadOnlyDictionary<string, Rate> Models { get; init; } = new Dictionary<string, Rate>();
}

[GenerateSerializer, Immutable, Alias("platform.quotas.Rate")]
public sealed record Rate([property: Id(0)] long? RequestsPerMinute, [property: Id(1)] long? TokensPerMinute);

/// <param name="Reserved">Tokens in open reservations.</param>
/// <param name="Settled">Tokens settled by gateways since the grain became active.</param>
/// <param name="Spent">Tokens the ledger has recorded: the rollup at <paramref name="Sequence"/> plus what came above it.</param>
[GenerateSerializer, Immutable, Alias("platform.quotas.QuotaReport")]
public sealed record QuotaReport(
    [property: Id(0)] QuotaLimits Limits, [property: Id(1)] int OpenReservations, [property: Id(2)] long Reserved, [property: Id(3)] long Settled,
    [property: Id(4)] long Spent, [property: Id(5)] long SpentMicros, [property: Id(6)] long Sequence);
