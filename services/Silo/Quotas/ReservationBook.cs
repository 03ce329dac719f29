using Platform.Eventing.Usage;
using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>The open reservations of a project over its buckets and budgets. Not thread-safe: a grain owns it.</summary>
internal sealed class ReservationBook
{
    /// <summary>How often gateways offer what they hold.</summary>
    private static readonly TimeSpan OfferInterval = TimeSpan.FromSeconds(5);

    /// <summary>Until then a fresh book has been offered what is held of its budgets, also where an offer had to be made twice.</summary>
    private static readonly TimeSpan Fresh = OfferInterval + TimeSpan.FromSeconds(2);

    /// <summary>A reservation nobody offers any more belonged to a gateway that is gone: what it reserved counts as used until a record says better.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromSeconds(30);

    /// <summary>No record comes any more: what was reserved counts as spent.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly RateLevel _project = new();
    private readonly Dictionary<string, RateLevel> _keys = [], _models = [];
    private readonly Dictionary<string, OpenReservation> _open = [];
    private readonly ProjectBudgets _budgets;
    private readonly RecentIds _closed = new(TimeSpan.FromSeconds(5));
    private readonly RecordedSequences _recorded = new();
    private long _swept, _reserved, _settled;
    private int _lost;
    private bool _used, _usedRecently;

    public ReservationBook(TimeProvider time, QuotaLimits limits)
    {
        _time = time;
        _start = time.GetTimestamp();
        _budgets = new ProjectBudgets(time);
        Limits = limits;
        Configure(limits);
    }

    public QuotaLimits Limits { get; private set; }

    private long Now => _time.GetElapsedTime(_start).Ticks;

    public void Configure(QuotaLimits limits)
    {
        var now = Now;
        Limits = limits;
        _project.Configure(limits.Project, now);
        Configure(_keys, limits.Keys, now);
        Configure(_models, limits.Models, now);
        _budgets.Configure(limits);
    }

    /// <summary>Goes on from what the ledger knows. Levels that were used lately start empty, for nobody knows what else was taken from them.</summary>
    public void StartFrom(Spent spent)
    {
        var now = Now;
        _recorded.StartAt(spent.Sequence);
        _budgets.StartFrom(spent);
        foreach (var above in spent.Above)
        {
            _recorded.Add(above.Sequence);
            _keys.GetValueOrDefault(above.KeyId)?.Empty(now);
            _models.GetValueOrDefault(above.Model)?.Empty(now);
        }

        _usedRecently = spent.Recent.Count + spent.Above.Count > 0;
        _used = _usedRecently || spent.Keys.Count > 0;
        if (_usedRecently) _project.Empty(now);
        foreach (var use in spent.Recent)
        {
            _keys.GetValueOrDefault(use.KeyId)?.Empty(now);
            _models.GetValueOrDefault(use.Model)?.Empty(now);
        }
    }

    public QuotaAnswer Reserve(Reservation asked)
    {
        ThrowIfNegative(asked.Amount);
        var now = Now;
        Sweep(now);
        _budgets.Turn();
        if (_open.TryGetValue(asked.GenerationId, out var known))
        {
            Touch(known, now);
            return known.Levels.Answer(default, now);
        }

        var levels = LevelsOf(asked);
        if (_closed.Contains(asked.GenerationId, now)) return levels.Answer(default, now);
        var refusal = levels.Ask(asked, now);
        if (MustHearFirst(levels.Budgets, asked.Amount, refusal, now)) return NotYet(now);
        if (_usedRecently && now < OfferInterval.Ticks) refusal = refusal.OrLonger(UntilOffered(levels, asked, now));
        if (refusal.Limit is null) Add(asked, levels, now);
        return levels.Answer(refusal, now);
    }

    public QuotaAnswer TopUp(string generationId, Amount more)
    {
        ThrowIfNegative(more);
        var now = Now;
        _budgets.Turn();
        if (!_open.TryGetValue(generationId, out var open)) return default;
        Touch(open, now);
        var refusal = open.Levels.Ask(more, now);
        if (MustHearFirst(open.Levels.Budgets, more, refusal, now)) return NotYet(now);
        if (refusal.Limit is null) Resize(open, open.Amount + more, now);
        return open.Levels.Answer(refusal, now);
    }

    public void Settle(string generationId, Amount used, bool nothingToRecord)
    {
        ThrowIfNegative(used);
        if (!_open.TryGetValue(generationId, out var open)) return;
        var now = Now;
        Settle(open, used, now);
        if (nothingToRecord) Close(generationId, open, now);
    }

    public void Recorded(IReadOnlyList<RecordedUsage> recorded)
    {
        var now = Now;
        _budgets.Turn();
        for (var i = 0; i < recorded.Count; i++)
        {
            var usage = recorded[i];
            if (!_recorded.Add(usage.Sequence)) continue;
            _budgets.Record(usage.KeyId, usage.Amount, usage.FinishedAt);
            if (_open.TryGetValue(usage.GenerationId, out var open))
            {
                Settle(open, usage.Amount, now);
                Close(usage.GenerationId, open, now);
            }
            else if (!_closed.Contains(usage.GenerationId, now))
            {
                // It was reserved with the grain before this one, and its gateway is gone too.
                if (now < Lost.Ticks) _project.Tokens?.Take(usage.Amount.Tokens, now);
                _closed.Add(usage.GenerationId, now);
            }
        }
    }

    public void Offer(IReadOnlyList<Reservation> live)
    {
        var now = Now;
        for (var i = 0; i < live.Count; i++)
        {
            var offered = live[i];
            if (_open.TryGetValue(offered.GenerationId, out var open))
            {
                Touch(open, now);
                if (offered.Amount.Tokens > open.Amount.Tokens && open.Settled is null) Resize(open, offered.Amount, now);
            }
            else if (!_closed.Contains(offered.GenerationId, now))
            {
                Add(offered, LevelsOf(offered), now);
            }
        }

        Sweep(now);
    }

    public QuotaReport Read()
    {
        Sweep(Now);
        _budgets.Turn();
        return new QuotaReport(Limits, _open.Count - _lost, _reserved, _settled, _budgets.Spent, _budgets.SpentByKey, _recorded.Highest);
    }

    private Levels LevelsOf(Reservation r)
    {
        var key = _keys.GetValueOrDefault(r.KeyId);
        var model = _models.GetValueOrDefault(r.Model);
        return new(new(_project.Requests, key?.Requests, model?.Requests), new(_project.Tokens, key?.Tokens, model?.Tokens), _budgets.Of(r.KeyId));
    }

    private void Add(Reservation reservation, Levels levels, long now)
    {
        levels.Requests.Take(reservation.Requests, now);
        var open = new OpenReservation(levels) { Touched = now };
        _open.Add(reservation.GenerationId, open);
        Resize(open, reservation.Amount, now);
    }

    private void Resize(OpenReservation open, Amount amount, long now)
    {
        _reserved += amount.Tokens - open.Amount.Tokens;
        open.Resize(amount, now);
    }

    private void Settle(OpenReservation open, Amount used, long now)
    {
        Touch(open, now);
        Resize(open, used, now);
        _settled += used.Tokens - open.Settled.GetValueOrDefault();
        open.Settled = used.Tokens;
    }

    /// <summary>Somebody knows of it.</summary>
    private void Touch(OpenReservation open, long now)
    {
        open.Touched = now;
        if (!open.IsLost) return;
        open.IsLost = false;
        _lost--;
        _reserved += open.Amount.Tokens;
    }

    private void Close(string generationId, OpenReservation open, long now)
    {
        Touch(open, now);
        _open.Remove(generationId);
        _closed.Add(generationId, now);
        _reserved -= open.Amount.Tokens;
        open.Levels.Budgets.Hold(default(Amount) - open.Amount);
    }

    /// <summary>
    /// Until a fresh book has been told what is held, nothing is given from a budget that was used just now, and from others only what leaves half. What
    /// does not fit anyway need not wait to be refused.
    /// </summary>
    private bool MustHearFirst(BudgetSet budgets, Amount wanted, Refusal refusal, long now) =>
        _used && now < Fresh.Ticks && refusal.Limit is null && budgets.AreLimited && (_usedRecently || !budgets.KeepHalf(wanted));

    private static QuotaAnswer NotYet(long now) => new(false, null, (int)((Fresh.Ticks - now) / TimeSpan.TicksPerMillisecond) + 1, default, default, HasBudget: true);

    /// <summary>Until every gateway has had its turn to offer, a tenth of each rate is kept for what they may hold.</summary>
    private static Refusal UntilOffered(Levels levels, Reservation asked, long now)
    {
        var wait = (int)((OfferInterval.Ticks - now) / TimeSpan.TicksPerMillisecond) + 1;
        return !levels.Requests.KeepsATenth(asked.Requests, now) ? new Refusal("requests", wait) : !levels.Tokens.KeepsATenth(asked.Amount.Tokens, now) ? new Refusal("tokens", wait) : default;
    }

    private void Sweep(long now)
    {
        if (now - _swept < OfferInterval.Ticks) return;
        _swept = now;
        foreach (var (id, open) in _open)
        {
            var silence = now - open.Touched;
            if (silence > Forgotten.Ticks)
            {
                open.Levels.Budgets.Spend(open.Amount);
                Close(id, open, now);
            }
            else if (silence > Lost.Ticks && !open.IsLost)
            {
                open.IsLost = true;
                _lost++;
                _reserved -= open.Amount.Tokens;
            }
        }
    }

    private static void ThrowIfNegative(Amount amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount.Tokens);
        ArgumentOutOfRangeException.ThrowIfNegative(amount.CostMicros);
    }

    private static void Configure(Dictionary<string, RateLevel> levels, IReadOnlyDictionary<string, Rate> rates, long now)
    {
        foreach (var id in levels.Keys)
            if (!rates.ContainsKey(id)) levels.Remove(id);
        foreach (var (id, rate) in rates)
        {
            if (!levels.TryGetValue(id, out var level)) levels.Add(id, level = new RateLevel());
            level.Configure(rate, now);
        }
    }
}
