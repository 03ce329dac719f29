using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans;
using Orleans.Runtime;
using Platform.Contracts.Generations;
using Platform.Grains.Keys;
using Platform.Grains.Pools;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Tests.Host;

/// <summary>Grains that answer what a test says; by default everything is granted on worker w1.</summary>
internal sealed class TestGrains : IGrainFactory
{
    public TestGrains()
    {
        (ProjectSecret, AdminSecret) = (Keys.Add("project", KeyScope.Project), Keys.Add("admin", KeyScope.Admin));
    }

    public string ProjectSecret { get; }
    public string AdminSecret { get; }
    public TestKeys Keys { get; } = new();
    public TestPool Pool { get; } = new();
    public TestQuota Quota { get; } = new();

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey =>
        (TGrainInterface)(typeof(TGrainInterface).Name switch
        {
            nameof(IPool) => Pool,
            nameof(IProjectQuota) => (object)Quota,
            nameof(IApiKey) => new TestKey(primaryKey, Keys),
            _ => Keys,
        });

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix) => throw new NotSupportedException();
    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix) => throw new NotSupportedException();
    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix) => throw new NotSupportedException();
    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix) => throw new NotSupportedException();
    TGrainObserverInterface IGrainFactory.CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj) => throw new NotSupportedException();
    void IGrainFactory.DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) => throw new NotSupportedException();
    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw new NotSupportedException();
    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw new NotSupportedException();
    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();
    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw new NotSupportedException();
    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw new NotSupportedException();
    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(GrainId grainId) => throw new NotSupportedException();
    IAddressable IGrainFactory.GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) => throw new NotSupportedException();
    IAddressable IGrainFactory.GetGrain(Type interfaceType, IdSpan grainKey) => throw new NotSupportedException();
    IAddressable IGrainFactory.GetGrain(GrainId grainId) => throw new NotSupportedException();
    IAddressable IGrainFactory.GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw new NotSupportedException();
}

internal sealed class TestPool : IPool
{
    public ConcurrentQueue<TicketAnswer> Answers { get; } = new();
    public ConcurrentQueue<Ticket> Taken { get; } = new();
    public ConcurrentQueue<string> Released { get; } = new();
    public ConcurrentQueue<HeldGrant> Offered { get; } = new();

    /// <summary>A gateway may read them while a test changes them.</summary>
    public ImmutableList<string> Workers { get; set; } = ["w1"];

    /// <summary>What the model's template tells; null: nothing.</summary>
    public ModelTraits? Traits { get; set; }

    /// <summary>Worker by generation.</summary>
    public ConcurrentDictionary<string, string> Running { get; } = new();

    /// <summary>The last answer stays.</summary>
    public async Task<TicketAnswer> Take(Ticket ticket, TimeSpan patience)
    {
        Taken.Enqueue(ticket);
        if (!Answers.TryDequeue(out var answer)) answer = new TicketAnswer(TicketState.Granted, Workers.First(worker => worker != ticket.Avoid || Workers.Count == 1), 0, 0);
        if (answer.State == TicketState.Waiting) await Task.Yield();
        return answer;
    }

    public ValueTask Release(string ticketId, long completionTokens)
    {
        Released.Enqueue(ticketId);
        return default;
    }

    public ValueTask Offer(IReadOnlyList<HeldGrant> held)
    {
        foreach (var grant in held) Offered.Enqueue(grant);
        return default;
    }

    public ValueTask Heartbeat(WorkerReport report) => default;
    public ValueTask Leave(string workerId) => default;
    public ValueTask<PoolReport> Read() => new(new PoolReport([.. Workers.Select(worker => new PoolWorker(worker, 8, 0))], 0, 0, 8192, 10, Traits));
    public ValueTask<string?> Find(string generationId) => new(Running.GetValueOrDefault(generationId));
}

internal sealed class TestQuota : IProjectQuota
{
    private QuotaLimits limits = new();

    public Dictionary<string, Amount> SpentByKey { get; } = [];

    /// <summary>Tokens there are to reserve.</summary>
    public long Left { get; set; } = long.MaxValue;
    public QuotaAnswer? Refusal { get; set; }

    /// <summary>A fresh grain: it knows no reservation until one is offered.</summary>
    public bool IsFresh { get; set; }
    public RateReport Requests { get; set; }
    public RateReport Tokens { get; set; }
    public ConcurrentQueue<Reservation> Reserved { get; } = new();
    public ConcurrentQueue<Reservation> Offered { get; } = new();
    public ConcurrentQueue<long> ToppedUp { get; } = new();
    public ConcurrentQueue<(long Tokens, bool Nothing)> Settled { get; } = new();
    public ConcurrentQueue<long> SettledMicros { get; } = new();

    public ValueTask<QuotaAnswer> Reserve(Reservation reservation)
    {
        if (Refusal is { } refusal) return new(refusal);
        Reserved.Enqueue(reservation);
        return new(new QuotaAnswer(true, null, 0, Requests, Tokens));
    }

    public ValueTask<QuotaAnswer> TopUp(string generationId, Amount more)
    {
        if (IsFresh) return new(default(QuotaAnswer));
        if (more.Tokens > Left) return new(new QuotaAnswer(false, "tokens", 1000, Requests, Tokens));
        Left -= more.Tokens;
        ToppedUp.Enqueue(more.Tokens);
        return new(new QuotaAnswer(true, null, 0, Requests, Tokens));
    }

    public ValueTask Settle(string generationId, Amount used, bool nothingToRecord)
    {
        Settled.Enqueue((used.Tokens, nothingToRecord));
        SettledMicros.Enqueue(used.CostMicros);
        return default;
    }

    public ValueTask Recorded(IReadOnlyList<RecordedUsage> recorded) => default;

    public ValueTask Offer(IReadOnlyList<Reservation> live)
    {
        foreach (var one in live) Offered.Enqueue(one);
        IsFresh = false;
        return default;
    }

    public Task Configure(QuotaLimits limits)
    {
        this.limits = limits;
        return Task.CompletedTask;
    }

    public ValueTask<QuotaReport> Read() => new(new QuotaReport(limits, 0, 0, 0, SpentByKey.Values.Aggregate(default(Amount), Amount.Add), SpentByKey, 0));
}

internal sealed class TestKeys : IApiKeys
{
    public ConcurrentDictionary<string, (ApiKeyDescription Key, byte[] Hash)> All { get; } = new();

    /// <summary>Thrown by every question after it.</summary>
    public Exception? Outage { get; set; }
    public int Questions { get; set; }

    public string Add(string project, KeyScope scope, string? id = null)
    {
        id ??= PublicId.New("key_");
        var secret = ApiKeySecret.New(id);
        All[id] = (new ApiKeyDescription(id, project, "a key", scope, ApiKeySecret.Redact(secret), DateTimeOffset.UtcNow, null), ApiKeySecret.Hash(secret));
        return secret;
    }

    public Task<IReadOnlyList<ApiKeyDescription>> List(string? projectId) => Task.FromResult<IReadOnlyList<ApiKeyDescription>>([.. All.Values.Select(one => one.Key).Where(key => projectId is null || key.ProjectId == projectId)]);
}

internal sealed class TestKey(string id, TestKeys keys) : IApiKey
{
    public Task<string> Create(NewApiKey key)
    {
        var secret = keys.Add(key.ProjectId, key.Scope, id);
        keys.All[id] = keys.All[id] with { Key = keys.All[id].Key with { Name = key.Name } };
        return Task.FromResult(secret);
    }

    public Task Import(NewApiKey key, string redactedSecret, byte[] secretSha256) => throw new NotSupportedException();

    public ValueTask<ApiKeyIdentity?> Verify(byte[] secretSha256)
    {
        keys.Questions++;
        if (keys.Outage is { } outage) throw outage;
        return new(keys.All.TryGetValue(id, out var known) && known.Key.RevokedAt is null && known.Hash.AsSpan().SequenceEqual(secretSha256) ? new ApiKeyIdentity(id, known.Key.ProjectId, known.Key.Scope) : null);
    }

    public Task<bool> Revoke()
    {
        if (!keys.All.TryGetValue(id, out var known)) return Task.FromResult(false);
        keys.All[id] = known with { Key = known.Key with { RevokedAt = DateTimeOffset.UtcNow } };
        return Task.FromResult(true);
    }

    public ValueTask<ApiKeyDescription?> Read() => new(keys.All.TryGetValue(id, out var known) ? known.Key : null);
}
