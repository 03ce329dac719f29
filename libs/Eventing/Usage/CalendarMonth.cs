namespace Platform.Eventing.Usage;

/// <summary>The months (UTC) that budgets are of.</summary>
public static class CalendarMonth
{
    /// <summary>Its first instant.</summary>
    public static DateTimeOffset Of(DateTimeOffset instant)
    {
        var utc = instant.UtcDateTime;
        return new(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
