using Platform.Grains.Quotas;
using Platform.Silo.Quotas;

namespace Platform.Silo.Tests.Quotas;

/// <summary>A book as most tests ask it: of one key and one model, in tokens that cost nothing.</summary>
internal static class BookExtensions
{
    public static Reservation Reservation(string id, long tokens, string key = "key", string model = "model", long micros = 0) => new(id, key, model, new(tokens, micros));

    public static RecordedUsage Record(string id, long sequence, long tokens, long micros = 0, string key = "key", DateTimeOffset? at = null) => new(id, sequence, key, new(tokens, micros), at ?? ManualTime.Start);

    public static QuotaAnswer Reserve(this ReservationBook book, string id, long tokens, string key = "key", string model = "model", long micros = 0) => book.Reserve(Reservation(id, tokens, key, model, micros));

    public static QuotaAnswer TopUp(this ReservationBook book, string id, long tokens) => book.TopUp(id, new Amount(tokens, 0));

    public static void Settle(this ReservationBook book, string id, long tokens, bool nothingToRecord) => book.Settle(id, new Amount(tokens, 0), nothingToRecord);

    /// <summary>By asking for more than there can be.</summary>
    public static long Remaining(this ReservationBook book) => book.Reserve("probe", long.MaxValue).Tokens.Remaining;
}
