using Platform.Eventing.Usage;
using Platform.Grains.Quotas;

namespace Platform.Silo.Quotas;

/// <summary>The open reservations of a project over its buckets. Not thread-safe: a grain owns it.</summary>
internal sealed class ReservationBook
{
    /// <summary>How often gateways offer what they hold.</summary>
    private static readonly TimeSpan OfferInterval = TimeSpan.FromSeconds(5);

    /// <summary>A reservation nobody offers any more belonged to a gateway that is gone: what it reserved counts as used.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly RateLevel _project = new();
    private readonly Dictionary<string, RateLevel> _keys = [], _models = [];
    private readonly Dictionary<string, Open> _open = [];
    private readonly RecentIds _closed = new(TimeSpan.FromSeconds(5));
    private readonly RecordedSequences _recorded = new();
    private long _swept, _reserved, _settled, _spent, _spentMicros;
    private bool _usedRecently;

    public ReservationBook(TimeProvider time, QuotaLimits limits)
    {
        _time = time;
        _start = time.GetTimestamp();
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
    }

    /// <summary>Goes on from what the ledger knows. Levels that were used lately start empty, for nobody knows what else was taken from them.</summary>
    public void StartFrom(Spent spent)
    {
        var now = Now;
        _recorded.StartAt(spent.Sequence);
        (_spent, _spentMicros) = (spent.Tokens, spent.CostMicros);
        foreach (var above in spent.Above)
        {
            _recorded.Add(above.Sequence);
            _spent += above.Tokens;
            _spentMicros += above.CostMicros;
            _keys.GetValueOrDefault(above.KeyId)?.Empty(now);
            _models.GetValueOrDefault(above.Model)?.Empty(now);
        }

        _usedRecently = spent.Recent.Count + spent.Above.Count > 0;
        if (_usedRecently) _project.Empty(now);
        foreach (var use in spent.Recent)
        {
            _keys.GetValueOrDefault(use.KeyId)?.Empty(now);
            _models.GetValueOrDefault(use.Model)?.Empty(now);
        }
    }

    public QuotaAnswer Reserve(Reservation asked)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(asked.Tokens);
        var now = Now;
        Sweep(now);
        var (requests, tokens) = BucketsOf(asked);
        if (_open.TryGetValue(asked.GenerationId, out var known))
        {
            known.Touched = now;
            return Answer(default, requests, tokens, now);
        }

        if (_closed.Contains(asked.GenerationId, now)) return Answer(default, requests, tokens, now);
        var refusal = requests.Ask(asked.Requests, now, "requests").OrLonger(tokens.Ask(asked.Tokens, now, "tokens"));
        if (_usedRecently && now < OfferInterval.Ticks) refusal = refusal.OrLonger(UntilOffered(requests, tokens, asked, now));
        if (refusal.Limit is null) Add(asked, requests, tokens, now);
        return Answer(refusal, requests, tokens, now);
    }

    public QuotaAnswer TopUp(string generationId, long tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        var now = Now;
        if (!_open.TryGetValue(generationId, out var open)) return default;
        open.Touched = now;
        var refusal = open.TokenBuckets.Ask(tokens, now, "tokens");
        if (refusal.Limit is null) Resize(open, open.Tokens + tokens, now);
        return Answer(refusal, open.RequestBuckets, open.TokenBuckets, now);
    }

    public void Settle(string generationId, long usedTokens, bool nothingToRecord)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(usedTokens);
        if (!_open.TryGetValue(generationId, out var open)) return;
        var now = Now;
        Resize(open, usedTokens, now);
        _settled += usedTokens - open.Settled.GetValueOrDefault();
        open.Settled = usedTokens;
        open.Touched = now;
        if (nothingToRecord) Close(generationId, open, now);
    }

    public void Recorded(IReadOnlyList<RecordedUsage> recorded)
    {
        var now = Now;
        for (var i = 0; i < recorded.Count; i++)
        {
            var usage = recorded[i];
            if (!_recorded.Add(usage.Sequence)) continue;
            _spent += usage.Tokens;
            _spentMicros += usage.CostMicros;
            if (_open.TryGetValue(usage.GenerationId, out var open))
            {
                Resize(open, usage.Tokens, now);
                _settled += usage.Tokens - open.Settled.GetValueOrDefault();
                Close(usage.GenerationId, open, now);
            }
            else if (now < Lost.Ticks && !_closed.Contains(usage.GenerationId, now))
            {
                // It was reserved with the grain before this one, and its gateway is gone too.
                _project.Tokens?.Take(usage.Tokens, now);
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
                open.Touched = now;
                if (offered.Tokens > open.Tokens && open.Settled is null) Resize(open, offered.Tokens, now);
            }
            else if (!_closed.Contains(offered.GenerationId, now))
            {
                var (requests, tokens) = BucketsOf(offered);
                Add(offered, requests, tokens, now);
            }
        }

        Sweep(now);
    }

    public QuotaReport Read()
    {
        Sweep(Now);
        return new QuotaReport(Limits, _open.Count, _reserved, _settled, _spent, _spentMicros, _recorded.Highest);
    }

    private (BucketSet Requests, BucketSet Tokens) BucketsOf(Reservation r)
    {
        var key = _keys.GetValueOrDefault(r.KeyId);
        var model = _models.GetValueOrDefault(r.Model);
        return (new(_project.Requests, key?.Requests, model?.Requests), new(_project.Tokens, key?.Tokens, model?.Tokens));
    }

    private void Add(Reservation reservation, BucketSet requests, BucketSet tokens, long now)
    {
        requests.Take(reservation.Requests, now);
        tokens.Take(reservation.Tokens, now);
        _reserved += reservation.Tokens;
        _open.Add(reservation.GenerationId, new Open(requests, tokens) { Tokens = reservation.Tokens, Touched = now });
    }

    private void Resize(Open open, long tokens, long now)
    {
        var more = tokens - open.Tokens;
        if (more > 0) open.TokenBuckets.Take(more, now);
        else if (more < 0) open.TokenBuckets.GiveBack(-more, now);
        _reserved += more;
        open.Tokens = tokens;
    }

    private void Close(string generationId, Open open, long now)
    {
        _open.Remove(generationId);
        _closed.Add(generationId, now);
        _reserved -= open.Tokens;
    }

    /// <summary>Until every gateway has had its turn to offer, a tenth of each limit is kept for what they may hold.</summary>
    private static Refusal UntilOffered(BucketSet requests, BucketSet tokens, Reservation asked, long now)
    {
        var wait = (int)((OfferInterval.Ticks - now) / TimeSpan.TicksPerMillisecond) + 1;
        return !requests.KeepsATenth(asked.Requests, now) ? new Refusal("requests", wait) : !tokens.KeepsATenth(asked.Tokens, now) ? new Refusal("tokens", wait) : default;
    }

    private static QuotaAnswer Answer(Refusal refusal, BucketSet requests, BucketSet tokens, long now) =>
        new(refusal.Limit is null, refusal.Limit, refusal.RetryAfterMs, requests.Report(now), tokens.Report(now));

    private void Sweep(long now)
    {
        if (now - _swept < OfferInterval.Ticks) return;
        _swept = now;
        foreach (var (id, open) in _open)
            if (now - open.Touched > Lost.Ticks) Close(id, open, now);
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

    /// <summary>Holds on to the buckets it was taken from, so that limits may change while it is open.</summary>
    private sealed class Open(BucketSet requests, BucketSet tokens)
    {
        public BucketSet RequestBuckets { get; } = requests;
        public BucketSet TokenBuckets { get; } = tokens;
        public long Tokens { get; set; }
        public long Touched { get; set; }
        public long? Settled { get; set; }
    }
}
