using System.Globalization;
using Platform.Eventing;
using Platform.Gateway.Requests;
using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization;

/// <summary>Pages of buckets of time: what a query asks for, and the page that answers it.</summary>
internal static class UsagePages
{
    private const string Prefix = "page_";

    /// <param name="fewest">Buckets of a page that names no limit.</param>
    /// <param name="most">Buckets of a page at most.</param>
    public static UsageSpan Span(QueryReader reader, DateTimeOffset now, int fewest, int most)
    {
        if (reader.Text("start_time") is null) reader.Refuse("start_time", "Missing required parameter: 'start_time'.", "missing_required_parameter");
        var latest = now.AddYears(1).ToUnixTimeSeconds();
        var start = reader.Integer("start_time", 0, latest) ?? 0;
        var end = reader.Integer("end_time", 0, latest) ?? now.ToUnixTimeSeconds() + 1;
        var limit = (int)(reader.Integer("limit", 1, most) ?? fewest);
        if (end <= start) reader.Refuse("end_time", "Invalid 'end_time': it must be later than 'start_time'.", "invalid_value");
        if (reader.Text("page") is { } page && !TryRead(page, ref start)) reader.Refuse("page", "Invalid 'page': it must be the 'next_page' of an earlier answer.", "invalid_value");
        return new UsageSpan(start, end, limit);
    }

    public static UsagePage<TResult> Of<TResult>(AskedUsage asked, IReadOnlyList<UsageRow> rows, Func<UsageRow, TResult> describe)
    {
        var (first, seconds) = (asked.Query.Start.ToUnixTimeSeconds(), Seconds(asked.Query.Width));
        var (next, byBucket) = (first + (asked.Buckets * seconds), rows.ToLookup(row => row.Bucket.ToUnixTimeSeconds()));
        return new UsagePage<TResult>
        {
            Data = [.. Enumerable.Range(0, asked.Buckets).Select(i => first + (i * seconds)).Select(start => new UsageBucket<TResult>
            {
                StartTime = start,
                EndTime = start + seconds,
                Results = [.. byBucket[start].Select(describe)],
            })],
            HasMore = next < asked.End,
            NextPage = next < asked.End ? $"{Prefix}{next:x}" : null,
        };
    }

    public static long Seconds(BucketWidth width) => width switch { BucketWidth.Minute => 60, BucketWidth.Hour => 3600, _ => 86400 };

    private static bool TryRead(string page, ref long start) =>
        page.StartsWith(Prefix, StringComparison.Ordinal) && page.Length < 16
        && long.TryParse(page.AsSpan(Prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out start);
}

/// <param name="Start">Unix seconds, inclusive.</param>
/// <param name="End">Unix seconds, exclusive.</param>
/// <param name="Limit">Buckets of the page.</param>
internal readonly record struct UsageSpan(long Start, long End, int Limit)
{
    /// <summary>From the boundary of the first bucket to that behind the last, and how many there are.</summary>
    public (DateTimeOffset First, DateTimeOffset Last, int Count) Buckets(BucketWidth width)
    {
        var seconds = UsagePages.Seconds(width);
        var first = Start - (Start % seconds);
        var count = (int)Math.Min(Limit, (End - first + seconds - 1) / seconds);
        return (DateTimeOffset.FromUnixTimeSeconds(first), DateTimeOffset.FromUnixTimeSeconds(first + (count * seconds)), count);
    }
}
