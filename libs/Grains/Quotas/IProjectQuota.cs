using Orleans;

namespace Platform.Grains.Quotas;

/// <summary>
/// The rate limits of a project, its keys and its models, and the budgets of project and keys, in one grain (key: the project id), so that a reservation is
/// one call and atomic. Reserve → top up → settle; rates refill continuously (GCRA), budgets begin anew with each month (UTC), nothing is written to storage per request.
/// </summary>
[Alias("platform.quotas.IProjectQuota")]
public interface IProjectQuota : IGrainWithStringKey
{
    /// <summary>Takes <see cref="Reservation.Requests"/> and <see cref="Reservation.Amount"/> from every bucket and budget concerned, or from none.</summary>
    [Alias("Reserve")] ValueTask<QuotaAnswer> Reserve(Reservation reservation);

    /// <summary>
    /// Adds to a reservation, or nothing. <see cref="QuotaAnswer.Granted"/> is false when a limit is used up. A reservation that a fresh grain
    /// has not learned of yet is not granted either, with <see cref="QuotaAnswer.Limit"/> null: offer it, then ask again.
    /// </summary>
    [Alias("TopUp")] ValueTask<QuotaAnswer> TopUp(string generationId, Amount more);

    /// <summary>
    /// The gateway's settlement: shrinks (or, for a prompt larger than estimated, grows) the reservation to what was really used, as of its last token.
    /// Until the ledger has <see cref="Recorded"/> it, the reservation stays open. <paramref name="nothingToRecord"/> closes it at once.
    /// </summary>
    [Alias("Settle")] ValueTask Settle(string generationId, Amount used, bool nothingToRecord);

    /// <summary>The ledger's settlement: turns reservations into spent. Idempotent by sequence.</summary>
    [Alias("Recorded")] ValueTask Recorded(IReadOnlyList<RecordedUsage> recorded);

    /// <summary>Gateways offer their live reservations every 5 s and after a failed call; a fresh grain learns of them so.</summary>
    [Alias("Offer")] ValueTask Offer(IReadOnlyList<Reservation> live);

    [Alias("Configure")] Task Configure(QuotaLimits limits);

    [Alias("Read")] ValueTask<QuotaReport> Read();
}

/// <summary>What a generation may use.</summary>
/// <param name="Amount">Upper bound of the prompt plus the first slice of output.</param>
/// <param name="Requests">1, or 0 for what is a part of a request that was counted already.</param>
[GenerateSerializer, Immutable, Alias("platform.quotas.Reservation")]
public sealed record Reservation(
    [property: Id(0)] string GenerationId, [property: Id(1)] string KeyId, [property: Id(2)] string Model, [property: Id(5)] Amount Amount, [property: Id(4)] int Requests = 1);

/// <param name="Tokens">Of input and output; a frame of video counts as one.</param>
/// <param name="CostMicros">In millionths of a dollar.</param>
[GenerateSerializer, Immutable, Alias("platform.quotas.Amount")]
public readonly record struct Amount([property: Id(0)] long Tokens, [property: Id(1)] long CostMicros)
{
    public static Amount operator +(Amount a, Amount b) => new(a.Tokens + b.Tokens, a.CostMicros + b.CostMicros);

    public static Amount operator -(Amount a, Amount b) => new(a.Tokens - b.Tokens, a.CostMicros - b.CostMicros);

    public static Amount Add(Amount left, Amount right) => left + right;

    public static Amount Subtract(Amount left, Amount right) => left - right;
}

/// <param name="RetryAfterMs">
/// When not granted: how long until as much will have refilled, or may have been given back to a budget; −1 when it never will. With <paramref name="Limit"/>
/// null: when a fresh grain will have learned what others hold of a budget, and can say.
/// </param>
/// <param name="Limit">Name of the limit that refused: <c>requests</c>, <c>tokens</c>, <c>project_budget</c> or <c>key_budget</c>; null when granted.</param>
/// <param name="HasBudget">Whether the month's budget of the project or the key is limited.</param>
[GenerateSerializer, Immutable, Alias("platform.quotas.QuotaAnswer")]
public readonly record struct QuotaAnswer(
    [property: Id(0)] bool Granted, [property: Id(1)] string? Limit, [property: Id(2)] int RetryAfterMs, [property: Id(3)] RateReport Requests, [property: Id(4)] RateReport Tokens,
    [property: Id(5)] bool HasBudget = false)
{
    public bool IsNotYet => this is { Granted: false, Limit: null, RetryAfterMs: > 0 };
}

/// <summary>State of the tightest bucket, for the <c>x-ratelimit-*</c> headers. <see cref="Limit"/> is per minute; 0 means unlimited.</summary>
[GenerateSerializer, Immutable, Alias("platform.quotas.RateReport")]
public readonly record struct RateReport([property: Id(0)] long Limit, [property: Id(1)] long Remaining, [property: Id(2)] int ResetMs);

/// <param name="Sequence">Global sequence number of the generation's event.</param>
/// <param name="FinishedAt">Decides the month it counts in.</param>
[GenerateSerializer, Immutable, Alias("platform.quotas.RecordedUsage")]
public readonly record struct RecordedUsage(
    [property: Id(0)] string GenerationId, [property: Id(1)] long Sequence, [property: Id(4)] string KeyId, [property: Id(5)] Amount Amount, [property: Id(6)] DateTimeOffset FinishedAt);

/// <summary>Limits a minute and a month; null is unlimited. Key and model limits apply on top of the project's.</summary>
[GenerateSerializer, Immutable, Alias("platform.quotas.QuotaLimits")]
public sealed record QuotaLimits
{
    [Id(0)] public Rate Project { get; init; } = new(null, null);
    [Id(1)] public IReadOnlyDictionary<string, Rate> Keys { get; init; } = new Dictionary<string, Rate>();
    [Id(2)] public IReadOnlyDictionary<string, Rate> Models { get; init; } = new Dictionary<string, Rate>();
    [Id(3)] public Budget ProjectBudget { get; init; } = Budget.Unlimited;
    [Id(4)] public IReadOnlyDictionary<string, Budget> KeyBudgets { get; init; } = new Dictionary<string, Budget>();
}

[GenerateSerializer, Immutable, Alias("platform.quotas.Rate")]
public sealed record Rate([property: Id(0)] long? RequestsPerMinute, [property: Id(1)] long? TokensPerMinute);

/// <summary>What may be spent in a calendar month (UTC); null is unlimited.</summary>
[GenerateSerializer, Immutable, Alias("platform.quotas.Budget")]
public sealed record Budget([property: Id(0)] long? CostMicros, [property: Id(1)] long? Tokens)
{
    public static Budget Unlimited { get; } = new(null, null);
}

/// <param name="Reserved">Tokens in open reservations.</param>
/// <param name="Settled">Tokens settled by gateways since the grain became active.</param>
/// <param name="Spent">What the ledger has recorded this month (UTC): the rollup at <paramref name="Sequence"/> plus what came above it.</param>
/// <param name="SpentByKey">The same, of each key that was used this month.</param>
[GenerateSerializer, Immutable, Alias("platform.quotas.QuotaReport")]
public sealed record QuotaReport(
    [property: Id(0)] QuotaLimits Limits, [property: Id(1)] int OpenReservations, [property: Id(2)] long Reserved, [property: Id(3)] long Settled,
    [property: Id(7)] Amount Spent, [property: Id(8)] IReadOnlyDictionary<string, Amount> SpentByKey, [property: Id(6)] long Sequence);
