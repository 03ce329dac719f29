using Platform.Eventing.Usage;
using Platform.Grains.Quotas;
using Platform.Silo.Quotas;
using static Platform.Silo.Tests.Quotas.BookExtensions;

namespace Platform.Silo.Tests.Quotas;

/// <summary>What a book knows at its start, and learns of the ledger and of those who hold something.</summary>
public sealed class FreshBookTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void What_the_rollup_holds_already_is_not_counted_again()
    {
        var book = Book(Limits(null, 1000));
        book.StartFrom(new Spent(10, CalendarMonth.Of(ManualTime.Start), [new("key", 5000, 99)], []));

        book.Recorded([Record("a", 9, 100, 1), Record("b", 10, 100, 1), Record("c", 12, 100, 1), Record("d", 11, 100, 1)]);

        Assert.Equal((new Amount(5200, 101), 12L), (book.Read().Spent, book.Read().Sequence));
    }

    [Fact]
    public void What_was_recorded_above_the_rollup_is_counted_at_the_start_and_not_again_when_it_is_told()
    {
        var book = Book(Limits(null, 1000));
        book.StartFrom(new Spent(10, CalendarMonth.Of(ManualTime.Start), [new("key", 5000, 99)], []) { Above = [new(12, "c", "project", "key", "model", 100, 1, ManualTime.Start)] });

        book.Recorded([Record("c", 12, 100, 1), Record("d", 11, 100, 1)]);

        Assert.Equal((new Amount(5200, 101), 12L), (book.Read().Spent, book.Read().Sequence));
        Assert.Equal(0, book.Remaining()); // as after any use a moment ago
    }

    [Fact]
    public void A_reservation_no_gateway_offers_any_more_counts_as_used_until_it_is_recorded()
    {
        var book = Book(Limits(null, 600));
        book.Reserve("lost", 300);
        book.Reserve("held", 300);
        for (var i = 0; i < 7; i++)
        {
            _time.AdvanceSeconds(5);
            book.Offer([Reservation("held", 300)]);
        }

        Assert.Equal((1, 300L), (book.Read().OpenReservations, book.Read().Reserved));
        Assert.Equal(350, book.Remaining()); // 35 s at 10 a second: nothing of the lost one came back
        book.Recorded([Record("lost", 1, 100)]);
        Assert.Equal(550, book.Remaining()); // until somebody knows better
    }

    [Fact]
    public void A_fresh_book_learns_of_reservations_by_offers()
    {
        var book = Book(Limits(null, 1000));
        book.Offer([Reservation("a", 700), Reservation("b", 700)]);
        book.Offer([Reservation("a", 700), Reservation("b", 800)]);

        Assert.Equal((2, 1500L), (book.Read().OpenReservations, book.Read().Reserved));
        Assert.Equal("tokens", book.Reserve("c", 1).Limit);
        book.Settle("a", 0, nothingToRecord: true);
        book.Settle("b", 0, nothingToRecord: true);
        Assert.Equal(1000, book.Remaining());
    }

    [Fact]
    public void An_offer_that_comes_after_the_end_revives_nothing()
    {
        var book = Book(Limits(null, 1000));
        book.Reserve("a", 500);
        book.Settle("a", 100, nothingToRecord: true);
        book.Offer([Reservation("a", 500)]);

        Assert.Equal((0, 900L), (book.Read().OpenReservations, book.Remaining()));
    }

    [Fact]
    public void A_fresh_book_of_a_project_in_use_starts_empty_and_waits_for_offers()
    {
        var book = Book(Limits(null, 6000)); // 100 a second
        book.StartFrom(new Spent(3, CalendarMonth.Of(ManualTime.Start), [new("key", 50, 0)], [new RecentUse("key", "model", 1, 50)]));

        _time.AdvanceSeconds(2);
        var early = book.Reserve("a", 100);
        Assert.Equal((false, "tokens"), (early.Granted, early.Limit));
        Assert.InRange(early.RetryAfterMs, 3000, 3001);

        book.Offer([Reservation("running", 300)]);
        _time.AdvanceSeconds(3.001);
        Assert.True(book.Reserve("a", 200).Granted);
        Assert.False(book.Reserve("b", 1).Granted);
    }

    [Fact]
    public void A_fresh_book_charges_records_of_generations_it_never_knew()
    {
        var book = Book(Limits(null, 1000));
        book.Recorded([Record("before", 1, 400, 0)]);
        Assert.Equal(600, book.Remaining());

        _time.AdvanceSeconds(31);
        book.Recorded([Record("swept long ago", 2, 400, 0)]);
        Assert.Equal(1000, book.Remaining());
    }

    private ReservationBook Book(QuotaLimits limits) => new(_time, limits);

    private static QuotaLimits Limits(long? requests, long? tokens) => new() { Project = new Rate(requests, tokens) };
}
