using Platform.Eventing.Database;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Platform.Eventing.Usage;

/// <summary>One table a bucket width, the same columns in each.</summary>
internal static class UsageTables
{
    public static readonly IReadOnlyList<string> Dimensions = ["project_id", "key_id", "user_id", "model", "service_tier", "kind"];

    public static readonly IReadOnlyList<string> Sums = ["requests", "failed", "cancelled", "input_tokens", "cached_tokens", "output_tokens", "cost_micros", "video_frames", "video_millis"];

    public static readonly IReadOnlyList<BucketWidth> Widths = Enum.GetValues<BucketWidth>();

    public static IReadOnlyList<Table> Build() => [.. Widths.Select(Build)];

    public static string Name(BucketWidth width) => $"{LedgerSchema.Name}.usage_{Unit(width)}";

    /// <summary>As PostgreSQL's <c>date_trunc</c> calls it.</summary>
    public static string Unit(BucketWidth width) => width switch
    {
        BucketWidth.Minute => "minute",
        BucketWidth.Hour => "hour",
        BucketWidth.Day => "day",
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "unknown bucket width"),
    };

    public static TimeSpan Length(BucketWidth width) => width switch
    {
        BucketWidth.Minute => TimeSpan.FromMinutes(1),
        BucketWidth.Hour => TimeSpan.FromHours(1),
        BucketWidth.Day => TimeSpan.FromDays(1),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "unknown bucket width"),
    };

    /// <summary>The UTC bucket an instant falls into.</summary>
    public static DateTimeOffset Bucket(DateTimeOffset instant, BucketWidth width) =>
        new(instant.UtcTicks - instant.UtcTicks % Length(width).Ticks, TimeSpan.Zero);

    private static Table Build(BucketWidth width)
    {
        var table = new Table(new PostgresqlObjectName(LedgerSchema.Name, $"usage_{Unit(width)}", SchemaUtils.IdentifierUsage.General));
        table.AddColumn<DateTimeOffset>("bucket").AsPrimaryKey();
        foreach (var column in Dimensions) table.AddColumn<string>(column).AsPrimaryKey();
        foreach (var column in Sums) table.AddColumn<long>(column).NotNull().DefaultValue(0);
        return table;
    }
}
