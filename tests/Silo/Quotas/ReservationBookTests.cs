using Platform.Eventing.Usage;
using Platform.Grains.Quotas;
using Platform.Silo.Quotas;

namespace Platform.Silo.Tests.Quotas;

public sealed class ReservationBookTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Without_limits_everything_is_granted_and_counted()
    {
        var book = Book(new QuotaLimits());
        var answer = Reserve(book, "a", 1_000_000_000_000);

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

        var refused = Reserve(book, "a", 11);
        Assert.Equal((false, "tokens", -1), (refused.Granted, refused.Limit, refused.RetryAfterMs));
        Assert.Equal(0, book.Read().Reserved);

        var granted = Reserve(book, "b", 10);
        Assert.True(granted.Granted);
        Assert.Equal(new RateReport(10, 0, 60_000), granted.Tokens);
        Assert.Equal(new RateReport(100, 99, 600), granted.Requests);
        if (tight != "project") Assert.True(Reserve(book, "c", 990, tight == "key" ? "other" : "key", tight == "model" ? "other" : "model").Granted);
    }

    [Fact]
    public void Requests_are_limited_too()
    {
        var book = Book(Limits(requests: 2, tokens: null));
        Assert.True(Reserve(book, "a", 1).Granted);
        Assert.True(Reserve(book, "b", 1).Granted);

        var refused = Reserve(book, "c", 1);
        Assert.Equal((false, "requests", 30_000), (refused.Granted, refused.Limit, refused.RetryAfterMs));

        _time.AdvanceSeconds(30);
        Assert.True(Reserve(book, "c", 1).Granted);
    }

    [Fact]
    public void The_limit_that_holds_longest_is_named()
    {
        var book = Book(new QuotaLimits { Project = new Rate(1, 600) });
        Assert.True(Reserve(book, "a", 600).Granted);

        Assert.Equal(("requests", 60_000), (Reserve(book, "b", 60).Limit, Reserve(book, "b", 60).RetryAfterMs));
        Assert.Equal(("tokens", -1), (Reserve(book, "b", 601).Limit, Reserve(book, "b", 601).RetryAfterMs));
    }

    [Fact]
    public void Reserving_twice_takes_once()
    {
        var book = Book(Limits(null, 1000));
        Assert.True(Reserve(book, "a", 600).Granted);
        Assert.True(Reserve(book, "a", 600).Granted);
        Assert.Equal((1, 600L), (book.Read().OpenReservations, book.Read().Reserved));

        book.Settle("a", 100, nothingToRecord: true);
        Assert.True(Reserve(book, "a", 600).Granted);
        Assert.Equal(0, book.Read().Reserved);
        Assert.Equal(900, Remaining(book));
    }

    [Fact]
    public void Settling_gives_back_what_was_not_used()
    {
        var book = Book(Limits(null, 1000));
        Reserve(book, "a", 1000);
        Assert.False(Reserve(book, "b", 1).Granted);

        book.Settle("a", 250, nothingToRecord: false);
        book.Settle("a", 250, nothingToRecord: false);

        Assert.Equal(750, Remaining(book));
        Assert.Equal((1, 250L, 250L), (book.Read().OpenReservations, book.Read().Reserved, book.Read().Settled));
    }

    [Fact]
    public void Settling_beyond_the_reservation_leaves_a_debt()
    {
        var book = Book(Limits(null, 600));
        Reserve(book, "a", 100);
        book.Settle("a", 900, nothingToRecord: true);

        Assert.Equal(30_100, Reserve(book, "b", 1).RetryAfterMs); // 300 missing at 10 a second, and 1 more
    }

    [Fact]
    public void A_top_up_is_all_or_nothing()
    {
        var book = Book(Limits(null, 1000));
        Reserve(book, "a", 600);
        Assert.True(book.TopUp("a", 256).Granted);

        var refused = book.TopUp("a", 256);
        Assert.Equal((false, "tokens", 6_720), (refused.Granted, refused.Limit, refused.RetryAfterMs)); // 112 missing at 1000 a minute
        Assert.Equal(856, book.Read().Reserved);
    }

    [Fact]
    public void A_reservation_that_was_corrected_can_still_be_topped_up()
    {
        var book = Book(Limits(null, 1000));
        Reserve(book, "a", 600);
        book.Settle("a", 300, nothingToRecord: false); // the prompt was smaller than estimated
        Assert.True(book.TopUp("a", 256).Granted);
        book.Settle("a", 400, nothingToRecord: false);

        Assert.Equal((400L, 400L, 600L), (book.Read().Reserved, book.Read().Settled, Remaining(book)));
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
        Assert.Equal(1000, Remaining(book));
        Assert.Equal(0, book.Read().Settled);
    }

    [Fact]
    public void A_record_closes_its_reservation_once()
    {
        var book = Book(Limits(null, 1000));
        Reserve(book, "a", 500);
        Reserve(book, "b", 500);
        book.Settle("a", 200, nothingToRecord: false);

        RecordedUsage[] recorded = [new("a", 7, 210, 42), new("b", 8, 90, 18)];
        book.Recorded(recorded);
        book.Recorded(recorded);

        var report = book.Read();
        Assert.Equal((0, 0L, 300L, 300L, 60L, 8L), (report.OpenReservations, report.Reserved, report.Settled, report.Spent, report.SpentMicros, report.Sequence));
        Assert.Equal(700, Remaining(book));
    }

    [Fact]
    public void What_the_rollup_holds_already_is_not_counted_again()
    {
        var book = Book(Limits(null, 1000));
        book.StartFrom(new Spent(10, 5000, 99, []));

        book.Recorded([new("a", 9, 100, 1), new("b", 10, 100, 1), new("c", 12, 100, 1), new("d", 11, 100, 1)]);

        Assert.Equal((5200L, 101L, 12L), (book.Read().Spent, book.Read().SpentMicros, book.Read().Sequence));
    }

    [Fact]
    public void What_was_recorded_above_the_rollup_is_counted_at_the_start_and_not_again_when_it_is_told()
    {
        var book = Book(Limits(null, 1000));
        book.StartFrom(new Spent(10, 5000, 99, []) { Above = [new(12, "c", "project", "key", "model", 100, 1)] });

        book.Recorded([new("c", 12, 100, 1), new("d", 11, 100, 1)]);

        Assert.Equal((5200L, 101L, 12L), (book.Read().Spent, book.Read().SpentMicros, book.Read().Sequence));
        Assert.Equal(0, Remaining(book)); // as after any use a moment ago
    }

    [Fact]
    public void A_reservation_no_gateway_offers_any_more_counts_as_used()
    {
        var book = Book(Limits(null, 600));
        Reserve(book, "lost", 300);
        Reserve(book, "held", 300);
        for (var i = 0; i < 7; i++)
        {
            _time.AdvanceSeconds(5);
            book.Offer([Reservation("held", 300)]);
        }

        Assert.Equal((1, 300L), (book.Read().OpenReservations, book.Read().Reserved));
        Assert.Equal(350, Remaining(book)); // 35 s at 10 a second: nothing of the lost one came back
        book.Settle("lost", 0, nothingToRecord: true);
        Assert.Equal(350, Remaining(book));
    }

    [Fact]
    public void A_fresh_book_learns_of_reservations_by_offers()
    {
        var book = Book(Limits(null, 1000));
        book.Offer([Reservation("a", 700), Reservation("b", 700)]);
        book.Offer([Reservation("a", 700), Reservation("b", 800)]);

        Assert.Equal((2, 1500L), (book.Read().OpenReservations, book.Read().Reserved));
        Assert.Equal("tokens", Reserve(book, "c", 1).Limit);
        book.Settle("a", 0, nothingToRecord: true);
        book.Settle("b", 0, nothingToRecord: true);
        Assert.Equal(1000, Remaining(book));
    }

    [Fact]
    public void An_offer_that_comes_after_the_end_revives_nothing()
    {
        var book = Book(Limits(null, 1000));
        Reserve(book, "a", 500);
        book.Settle("a", 100, nothingToRecord: true);
        book.Offer([Reservation("a", 500)]);

        Assert.Equal((0, 900L), (book.Read().OpenReservations, Remaining(book)));
    }

    [Fact]
    public void A_fresh_book_of_a_project_in_use_starts_empty_and_waits_for_offers()
    {
        var book = Book(Limits(null, 6000)); // 100 a second
        book.StartFrom(new Spent(3, 50, 0, [new RecentUse("key", "model", 1, 50)]));

        _time.AdvanceSeconds(2);
        var early = Reserve(book, "a", 100);
        Assert.Equal((false, "tokens"), (early.Granted, early.Limit));
        Assert.InRange(early.RetryAfterMs, 3000, 3001);

        book.Offer([Reservation("running", 300)]);
        _time.AdvanceSeconds(3.001);
        Assert.True(Reserve(book, "a", 200).Granted);
        Assert.False(Reserve(book, "b", 1).Granted);
    }

    [Fact]
    public void A_fresh_book_charges_records_of_generations_it_never_knew()
    {
        var book = Book(Limits(null, 1000));
        book.Recorded([new("before", 1, 400, 0)]);
        Assert.Equal(600, Remaining(book));

        _time.AdvanceSeconds(31);
        book.Recorded([new("swept long ago", 2, 400, 0)]);
        Assert.Equal(1000, Remaining(book));
    }

    [Fact]
    public void A_limit_that_is_set_while_reservations_are_open_gains_nothing_from_them()
    {
        var book = Book(new QuotaLimits());
        Reserve(book, "a", 5000);
        book.Configure(Limits(null, 1000));
        Reserve(book, "b", 1000);
        book.Settle("a", 0, nothingToRecord: true);

        Assert.False(Reserve(book, "c", 1).Granted);
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
            if (Reserve(book, generation, tokens).Granted) running.Enqueue((generation, random.Next(1, tokens + 1)));
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

    private static Reservation Reservation(string id, long tokens, string key = "key", string model = "model") => new(id, key, model, tokens);

    private static QuotaAnswer Reserve(ReservationBook book, string id, long tokens, string key = "key", string model = "model") => book.Reserve(Reservation(id, tokens, key, model));

    /// <summary>By asking for more than there can be.</summary>
    private static long Remaining(ReservationBook book) => Reserve(book, "probe", long.MaxValue).Tokens.Remaining;
}
