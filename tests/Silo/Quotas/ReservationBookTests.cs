using Platform.Grains.Quotas;
using Platform.Silo.Quotas;
using static Platform.Silo.Tests.Quotas.BookExtensions;

namespace Platform.Silo.Tests.Quotas;

public sealed class ReservationBookTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Without_limits_everything_is_granted_and_counted()
    {
        var book = Book(new QuotaLimits());
        var answer = book.Reserve("a", 1_000_000_000_000);

        Assert.True(answer.Granted);
        Assert.Equal(default, answer.Tokens);
        Assert.Equal(1_000_000_000_000, book.Read().Reserved);
    }

    [Theory]
    [InlineData("project")]
    [InlineData("key")]
    [InlineData("model")]
    public void A_refusal_on_one_level_takes_from_none(string tight)
    {
        var (wide, narrow) = (new Rate(100, 1000), new Rate(100, 10));
        var book = Book(new QuotaLimits
        {
            Project = tight == "project" ? narrow : wide,
            Keys = new Dictionary<string, Rate> { ["key"] = tight == "key" ? narrow : wide },
            Models = new Dictionary<string, Rate> { ["model"] = tight == "model" ? narrow : wide },
        });

        var refused = book.Reserve("a", 11);
        Assert.Equal((false, "tokens", -1), (refused.Granted, refused.Limit, refused.RetryAfterMs));
        Assert.Equal(0, book.Read().Reserved);

        var granted = book.Reserve("b", 10);
        Assert.True(granted.Granted);
        Assert.Equal(new RateReport(10, 0, 60_000), granted.Tokens);
        Assert.Equal(new RateReport(100, 99, 600), granted.Requests);
        if (tight != "project") Assert.True(book.Reserve("c", 990, tight == "key" ? "other" : "key", tight == "model" ? "other" : "model").Granted);
    }

    [Fact]
    public void Requests_are_limited_too()
    {
        var book = Book(Limits(requests: 2, tokens: null));
        Assert.True(book.Reserve("a", 1).Granted);
        Assert.True(book.Reserve("b", 1).Granted);

        var refused = book.Reserve("c", 1);
        Assert.Equal((false, "requests", 30_000), (refused.Granted, refused.Limit, refused.RetryAfterMs));

        _time.AdvanceSeconds(30);
        Assert.True(book.Reserve("c", 1).Granted);
    }

    [Fact]
    public void The_limit_that_holds_longest_is_named()
    {
        var book = Book(new QuotaLimits { Project = new Rate(1, 600) });
        Assert.True(book.Reserve("a", 600).Granted);

        Assert.Equal(("requests", 60_000), (book.Reserve("b", 60).Limit, book.Reserve("b", 60).RetryAfterMs));
        Assert.Equal(("tokens", -1), (book.Reserve("b", 601).Limit, book.Reserve("b", 601).RetryAfterMs));
    }

    [Fact]
    public void Reserving_twice_takes_once()
    {
        var book = Book(Limits(null, 1000));
        Assert.True(book.Reserve("a", 600).Granted);
        Assert.True(book.Reserve("a", 600).Granted);
        Assert.Equal((1, 600L), (book.Read().OpenReservations, book.Read().Reserved));

        book.Settle("a", 100, nothingToRecord: true);
        Assert.True(book.Reserve("a", 600).Granted);
        Assert.Equal(0, book.Read().Reserved);
        Assert.Equal(900, book.Remaining());
    }

    [Fact]
    public void Settling_gives_back_what_was_not_used()
    {
        var book = Book(Limits(null, 1000));
        book.Reserve("a", 1000);
        Assert.False(book.Reserve("b", 1).Granted);

        book.Settle("a", 250, nothingToRecord: false);
        book.Settle("a", 250, nothingToRecord: false);

        Assert.Equal(750, book.Remaining());
        Assert.Equal((1, 250L, 250L), (book.Read().OpenReservations, book.Read().Reserved, book.Read().Settled));
    }

    [Fact]
    public void Settling_beyond_the_reservation_leaves_a_debt()
    {
        var book = Book(Limits(null, 600));
        book.Reserve("a", 100);
        book.Settle("a", 900, nothingToRecord: true);

        Assert.Equal(30_100, book.Reserve("b", 1).RetryAfterMs); // 300 missing at 10 a second, and 1 more
    }

    [Fact]
    public void A_top_up_is_all_or_nothing()
    {
        var book = Book(Limits(null, 1000));
        book.Reserve("a", 600);
        Assert.True(book.TopUp("a", 256).Granted);

        var refused = book.TopUp("a", 256);
        Assert.Equal((false, "tokens", 6_720), (refused.Granted, refused.Limit, refused.RetryAfterMs)); // 112 missing at 1000 a minute
        Assert.Equal(856, book.Read().Reserved);
    }

    [Fact]
    public void A_reservation_that_was_corrected_can_still_be_topped_up()
    {
        var book = Book(Limits(null, 1000));
        book.Reserve("a", 600);
        book.Settle("a", 300, nothingToRecord: false); // the prompt was smaller than estimated
        Assert.True(book.TopUp("a", 256).Granted);
        book.Settle("a", 400, nothingToRecord: false);

        Assert.Equal((400L, 400L, 600L), (book.Read().Reserved, book.Read().Settled, book.Remaining()));
    }

    [Fact]
    public void A_top_up_of_an_unknown_reservation_names_no_limit()
    {
        var answer = Book(Limits(null, 1000)).TopUp("a", 1);
        Assert.Equal((false, null), (answer.Granted, answer.Limit));
    }

    [Fact]
    public void Settling_an_unknown_reservation_changes_nothing()
    {
        var book = Book(Limits(null, 1000));
        book.Settle("a", 500, nothingToRecord: true);
        Assert.Equal(1000, book.Remaining());
        Assert.Equal(0, book.Read().Settled);
    }

    [Fact]
    public void A_record_closes_its_reservation_once()
    {
        var book = Book(Limits(null, 1000));
        book.Reserve("a", 500);
        book.Reserve("b", 500);
        book.Settle("a", 200, nothingToRecord: false);

        RecordedUsage[] recorded = [Record("a", 7, 210, 42), Record("b", 8, 90, 18)];
        book.Recorded(recorded);
        book.Recorded(recorded);

        var report = book.Read();
        Assert.Equal((0, 0L, 300L, new Amount(300, 60), 8L), (report.OpenReservations, report.Reserved, report.Settled, report.Spent, report.Sequence));
        Assert.Equal(700, book.Remaining());
    }

    [Fact]
    public void A_limit_that_is_set_while_reservations_are_open_gains_nothing_from_them()
    {
        var book = Book(new QuotaLimits());
        book.Reserve("a", 5000);
        book.Configure(Limits(null, 1000));
        book.Reserve("b", 1000);
        book.Settle("a", 0, nothingToRecord: true);

        Assert.False(book.Reserve("c", 1).Granted);
    }

    [Fact]
    public void Saturated_it_uses_all_of_the_limit_and_no_more()
    {
        const long limit = 60_000;
        var random = new Random(1);
        var book = Book(Limits(null, limit));
        var running = new Queue<(string Id, long Used)>();
        long settled = 0, id = 0;
        for (var step = 0; step < 60_000; step++)
        {
            _time.AdvanceSeconds(0.002);
            var tokens = random.Next(50, 700);
            var generation = $"{++id}";
            if (book.Reserve(generation, tokens).Granted) running.Enqueue((generation, random.Next(1, tokens + 1)));
            if (running.Count == 0 || (running.Count < 8 && step % 16 != 0)) continue;
            var (done, used) = running.Dequeue();
            book.Settle(done, used, nothingToRecord: true);
            settled += used;
            Assert.True(settled <= limit + limit * (step + 1) * 0.002 / 60);
        }

        while (running.TryDequeue(out var last)) settled += last.Used;
        Assert.True(settled >= 0.98 * 3 * limit, $"{settled} of {3 * limit}"); // a burst, and two minutes of refill
    }

    private ReservationBook Book(QuotaLimits limits) => new(_time, limits);

    private static QuotaLimits Limits(long? requests, long? tokens) => new() { Project = new Rate(requests, tokens) };
}
