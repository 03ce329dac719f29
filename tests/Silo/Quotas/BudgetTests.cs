using Platform.Eventing.Usage;
using Platform.Grains.Quotas;
using Platform.Silo.Quotas;
using static Platform.Silo.Tests.Quotas.BookExtensions;

namespace Platform.Silo.Tests.Quotas;

/// <summary>What may be spent in a month. Amounts are dollars' millionths; a token costs one where nothing else is said.</summary>
public sealed class BudgetTests
{
    private readonly ManualTime _time = new();
    private long _sequence;

    [Theory]
    [InlineData("project", 1000L, null)]
    [InlineData("project", null, 1000L)]
    [InlineData("key", 1000L, null)]
    [InlineData("key", null, 1000L)]
    public void What_is_spent_never_comes_back_this_month_and_all_of_it_comes_back_the_next(string level, long? micros, long? tokens)
    {
        var budget = new Budget(micros, tokens);
        var book = Book(level == "project" ? new() { ProjectBudget = budget } : new() { KeyBudgets = new Dictionary<string, Budget> { ["key"] = budget } });
        Assert.True(Reserve(book, "a", 1000).Granted);
        Spend(book, "a", 999);

        var refused = Reserve(book, "b", 2);
        Assert.Equal((false, $"{level}_budget", -1, true), (refused.Granted, refused.Limit, refused.RetryAfterMs, refused.HasBudget));
        Assert.Equal(level == "key", book.Reserve("another's", 2, key: "other", micros: 2).Granted);
        Assert.True(Reserve(book, "c", 1).Granted);
        Spend(book, "c", 1);

        _time.Advance(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero) - _time.GetUtcNow() - TimeSpan.FromTicks(1));
        Assert.False(Reserve(book, "d", 1).Granted);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(Reserve(book, "d", 1000).Granted);
        Assert.Equal(default, book.Read().Spent);
    }

    [Fact]
    public void What_others_hold_may_come_back_in_a_moment_and_what_is_spent_not()
    {
        var book = Book(Project(1000));
        Assert.True(Reserve(book, "a", 900).Granted);
        var held = Reserve(book, "b", 200);
        Assert.Equal((false, "project_budget", 1000), (held.Granted, held.Limit, held.RetryAfterMs));

        book.Settle("a", new Amount(100, 100), nothingToRecord: false);
        Assert.True(Reserve(book, "b", 200).Granted);
        Spend(book, "a", 100);
        Assert.Equal(-1, Reserve(book, "c", 901).RetryAfterMs);
        Assert.True(Reserve(book, "c", 700).Granted);
    }

    [Fact]
    public void A_refusal_by_a_budget_takes_from_no_rate_and_one_by_a_rate_holds_no_budget()
    {
        var book = Book(Project(1000) with { Project = new Rate(100, 500) });
        Assert.Equal("project_budget", book.Reserve("a", 100, micros: 1001).Limit);
        Assert.Equal(500, book.Remaining());
        Assert.Equal("tokens", book.Reserve("b", 501, micros: 1).Limit);
        Assert.True(book.Reserve("c", 1, micros: 1000).Granted);
    }

    [Fact]
    public void A_top_up_ends_where_the_budget_does()
    {
        var book = Book(Project(1000));
        Reserve(book, "a", 600);
        Assert.True(book.TopUp("a", new Amount(256, 256)).Granted);
        var refused = book.TopUp("a", new Amount(256, 256));
        Assert.Equal((false, "project_budget"), (refused.Granted, refused.Limit));
        Assert.True(book.TopUp("a", new Amount(144, 144)).Granted);
    }

    [Fact]
    public void A_budget_may_be_set_raised_and_lifted_at_any_time_and_counts_what_was_before()
    {
        var book = Book(new QuotaLimits());
        Reserve(book, "a", 5000);
        Spend(book, "a", 4000);
        Reserve(book, "b", 500);
        book.Configure(Project(4600));
        Assert.Equal(1000, Reserve(book, "c", 101).RetryAfterMs);
        Assert.True(Reserve(book, "c", 100).Granted);
        book.Configure(Project(3000));
        Assert.Equal(-1, Reserve(book, "d", 1).RetryAfterMs);
        book.Configure(new QuotaLimits());
        Assert.True(Reserve(book, "d", 1_000_000).Granted);
    }

    [Fact]
    public void What_nobody_offers_any_more_stays_held_until_it_is_recorded()
    {
        var book = Book(Project(1000));
        Reserve(book, "lost", 600);
        for (var i = 0; i < 8; i++)
        {
            _time.AdvanceSeconds(5);
            book.Offer([]);
        }

        Assert.Equal((0, 0L), (book.Read().OpenReservations, book.Read().Reserved));
        Assert.False(Reserve(book, "a", 401).Granted);
        Spend(book, "lost", 50);
        Assert.True(Reserve(book, "a", 950).Granted);
    }

    [Fact]
    public void What_is_never_recorded_counts_as_spent_in_the_end()
    {
        var book = Book(Project(1000));
        Reserve(book, "lost", 600);
        _time.Advance(TimeSpan.FromMinutes(61));
        book.Offer([]);
        Assert.Equal(-1, Reserve(book, "a", 401).RetryAfterMs);
        Assert.Equal(600, book.Read().Spent.CostMicros);
    }

    [Fact]
    public void What_ended_last_month_and_is_recorded_in_this_one_is_last_months()
    {
        var book = Book(Project(1000));
        Reserve(book, "late", 1000);
        _time.Advance(new DateTimeOffset(2026, 12, 1, 0, 0, 1, TimeSpan.Zero) - ManualTime.Start);
        book.Offer([Reservation("late", 1000, micros: 1000)]);
        Assert.Equal(1000, Reserve(book, "a", 1).RetryAfterMs);

        book.Recorded([Record("late", ++_sequence, 900, 900, at: _time.GetUtcNow().AddSeconds(-2))]);
        Assert.Equal(default, book.Read().Spent);
        Assert.True(Reserve(book, "a", 1000).Granted);
    }

    [Fact]
    public void A_fresh_book_waits_until_it_was_told_what_is_held()
    {
        var book = Book(Project(10_000));
        book.StartFrom(new Spent(3, CalendarMonth.Of(ManualTime.Start), [new("key", 9000, 9000)], [new RecentUse("key", "model", 1, 50)]) { Above = [new(4, "x", "project", "key", "model", 100, 100, ManualTime.Start)] });
        var early = Reserve(book, "a", 1);
        Assert.Equal((true, 7001), (early.IsNotYet, early.RetryAfterMs));
        Assert.Equal(-1, Reserve(book, "a", 901).RetryAfterMs); // what does not fit anyway need not wait

        book.Offer([Reservation("running", 700, micros: 700)]);
        Assert.True(book.TopUp("running", new Amount(1, 1)).IsNotYet);
        _time.AdvanceSeconds(7.001);
        Assert.True(book.TopUp("running", new Amount(100, 100)).Granted);
        Assert.Equal(1000, Reserve(book, "a", 101).RetryAfterMs);
        Assert.True(Reserve(book, "a", 100).Granted);
        Assert.Equal((new Amount(9100, 9100), new Amount(9100, 9100)), (book.Read().Spent, book.Read().SpentByKey["key"]));
    }

    [Fact]
    public void A_fresh_book_of_a_project_at_rest_keeps_half_of_what_is_left_and_one_without_use_nothing()
    {
        var book = Book(Project(1000));
        book.StartFrom(new Spent(3, CalendarMonth.Of(ManualTime.Start), [new("key", 200, 200)], []));
        Assert.True(Reserve(book, "a", 400).Granted);
        Assert.True(Reserve(book, "b", 1).IsNotYet);

        book = Book(Project(1000));
        book.StartFrom(new Spent(3, CalendarMonth.Of(ManualTime.Start), [], []));
        Assert.True(Reserve(book, "a", 1000).Granted);
    }

    [Fact]
    public void A_book_read_before_midnight_begins_the_new_month_with_nothing_spent()
    {
        _time.Advance(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero) - ManualTime.Start);
        var book = Book(Project(1000));
        book.StartFrom(new Spent(3, CalendarMonth.Of(ManualTime.Start), [new("key", 1000, 1000)], []));
        Assert.Equal(default, book.Read().Spent);
    }

    [Fact]
    public void Saturated_all_of_it_is_used_and_no_more()
    {
        const long budget = 1_000_000;
        var random = new Random(1);
        var book = Book(Project(budget));
        var running = new Queue<(string Id, long Used)>();
        var spent = 0L;
        for (var (id, over) = (0, false); !over || running.Count > 0; id++)
        {
            var most = random.Next(50, 700);
            var answer = Reserve(book, $"{id}", most);
            if (answer.Granted) running.Enqueue(($"{id}", random.Next(1, most + 1)));
            over |= answer is { Limit: not null, RetryAfterMs: < 0 };
            if (running.Count < 200 && !over && answer.Granted) continue;
            if (!running.TryDequeue(out var done)) continue;
            Spend(book, done.Id, done.Used);
            spent += done.Used;
            Assert.True(spent <= budget);
        }

        Assert.InRange(spent, 0.98 * budget, budget);
        Assert.Equal(spent, book.Read().Spent.CostMicros);
    }

    private static QuotaLimits Project(long micros) => new() { ProjectBudget = new Budget(micros, null) };

    private ReservationBook Book(QuotaLimits limits) => new(_time, limits);

    private static QuotaAnswer Reserve(ReservationBook book, string id, long amount) => book.Reserve(id, amount, micros: amount);

    private void Spend(ReservationBook book, string id, long amount) => book.Recorded([Record(id, ++_sequence, amount, amount, at: _time.GetUtcNow())]);
}
