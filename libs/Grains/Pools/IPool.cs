using Orleans;

namespace Platform.Grains.Pools;

/// <summary>
/// The workers of one model and the tickets that wait for them (grain key: the model's catalogue id). Keeps all waiting tickets, orders them
/// (fair share by tokens, virtual token counters with lift; strict bands by tier) and grants the worker with the warmest prefix while it is not overloaded, else the least loaded.
/// </summary>
[Alias("platform.pools.IPool")]
public interface IPool : IGrainWithStringKey
{
    /// <summary>
    /// Long poll, idempotent by <see cref="Ticket.Id"/>: answers at once when a worker is free, the queue is full or no worker lives, else within <paramref name="patience"/> (≤ 5 s).
    /// A ticket that is not polled for 10 s is dropped.
    /// </summary>
    [Alias("Take")] Task<TicketAnswer> Take(Ticket ticket, TimeSpan patience);

    /// <summary>Gives a grant back, or takes a waiting ticket out. <paramref name="completionTokens"/> corrects the tenant's counter.</summary>
    [Alias("Release")] ValueTask Release(string ticketId, long completionTokens);

    /// <summary>Gateways offer what they hold every 5 s and after a failed call; a fresh grain learns of grants so.</summary>
    [Alias("Offer")] ValueTask Offer(IReadOnlyList<HeldGrant> held);

    /// <summary>Every second from each worker. A worker not heard of for 3 s is gone and its grants are lost.</summary>
    [Alias("Heartbeat")] ValueTask Heartbeat(WorkerReport report);

    /// <summary>The worker leaves by itself (draining or stopping): no new grants until it sends another heartbeat.</summary>
    [Alias("Leave")] ValueTask Leave(string workerId);

    [Alias("Read")] ValueTask<PoolReport> Read();

    /// <summary>The worker that has a generation; null: none, as far as this pool knows.</summary>
    [Alias("Find")] ValueTask<string?> Find(string generationId);
}

/// <summary>A request that wants a worker.</summary>
/// <param name="Id">The generation id and run: <c>{generation}/{run}</c>.</param>
/// <param name="Tenant">Project id; fairness is between tenants.</param>
/// <param name="Band">0 is served first; higher bands only when lower ones are empty. Where no slot is free, it is granted one of a higher band's, which its worker makes free.</param>
/// <param name="Slots">Sequences it needs at once (the number of choices).</param>
/// <param name="Tokens">Estimated input tokens.</param>
/// <param name="PrefixBlocks">Chain-hashed blocks of the prompt, longest prefix last.</param>
/// <param name="Avoid">Worker that has just failed this generation; null: none.</param>
[GenerateSerializer, Immutable, Alias("platform.pools.Ticket")]
public sealed record Ticket(
    [property: Id(0)] string Id, [property: Id(1)] string Tenant, [property: Id(2)] int Band, [property: Id(3)] int Slots, [property: Id(4)] long Tokens,
    [property: Id(5)] IReadOnlyList<ulong> PrefixBlocks, [property: Id(6)] string? Avoid = null);

public enum TicketState { Granted, Waiting, QueueFull, NoWorker }

/// <param name="Worker">When granted: the worker's id, which is also the name of its queue.</param>
/// <param name="Position">When waiting: tickets before this one.</param>
/// <param name="RetryAfterMs">When the queue is full: an estimate of when it will not be, 1 s – 60 s.</param>
[GenerateSerializer, Immutable, Alias("platform.pools.TicketAnswer")]
public readonly record struct TicketAnswer([property: Id(0)] TicketState State, [property: Id(1)] string? Worker, [property: Id(2)] int Position, [property: Id(3)] int RetryAfterMs);

[GenerateSerializer, Immutable, Alias("platform.pools.HeldGrant")]
public sealed record HeldGrant([property: Id(0)] Ticket Ticket, [property: Id(1)] string Worker);

/// <param name="Slots">Sequences it can decode at once.</param>
/// <param name="Running">Generation ids that are really running there.</param>
/// <param name="QueueLimit">How many tickets may wait for this model; the pool takes the largest its workers name.</param>
/// <param name="TemplateOverhead">Tokens the model's template adds to an empty conversation, measured once.</param>
/// <param name="Loaded">Whether the model is in its memory; else a run waits until it has been loaded.</param>
[GenerateSerializer, Immutable, Alias("platform.pools.WorkerReport")]
public sealed record WorkerReport(
    [property: Id(0)] string WorkerId, [property: Id(1)] int Slots, [property: Id(2)] IReadOnlyList<string> Running, [property: Id(3)] int ContextLength,
    [property: Id(4)] int QueueLimit, [property: Id(5)] int TemplateOverhead, [property: Id(6)] ModelTraits? Traits = null, [property: Id(7)] bool Loaded = true);

/// <summary>What a model's chat template tells of how it is spoken with.</summary>
/// <param name="OutputFormat">Name of the way it writes thinking and calls.</param>
/// <param name="ThinkingSwitch">Template variable that switches its thinking, or null.</param>
/// <param name="Thinks">Whether it may think aloud at all.</param>
/// <param name="OpensThinking">Whether the prompt itself opens the thinking: by default, switched on, switched off.</param>
/// <param name="Words">What the switch takes; null: true or false.</param>
[GenerateSerializer, Immutable, Alias("platform.pools.ModelTraits")]
public sealed record ModelTraits(
    [property: Id(0)] string OutputFormat, [property: Id(1)] string? ThinkingSwitch, [property: Id(2)] bool Thinks, [property: Id(3)] ThinkingOpened OpensThinking, [property: Id(4)] ThinkingWords? Words = null);

/// <summary>The words in which a template's switch is told of an effort.</summary>
/// <param name="Off">Null: the model can't do without thinking.</param>
[GenerateSerializer, Immutable, Alias("platform.pools.ThinkingWords")]
public sealed record ThinkingWords([property: Id(0)] string? Off, [property: Id(1)] string Low, [property: Id(2)] string Medium, [property: Id(3)] string High);

[GenerateSerializer, Immutable, Alias("platform.pools.ThinkingOpened")]
public readonly record struct ThinkingOpened([property: Id(0)] bool ByDefault, [property: Id(1)] bool On, [property: Id(2)] bool Off);

[GenerateSerializer, Immutable, Alias("platform.pools.PoolReport")]
public sealed record PoolReport([property: Id(0)] IReadOnlyList<PoolWorker> Workers, [property: Id(1)] int Waiting, [property: Id(2)] int Granted, [property: Id(3)] int ContextLength, [property: Id(4)] int TemplateOverhead,
    [property: Id(5)] ModelTraits? Traits = null);

[GenerateSerializer, Immutable, Alias("platform.pools.PoolWorker")]
public sealed record PoolWorker([property: Id(0)] string WorkerId, [property: Id(1)] int Slots, [property: Id(2)] int Busy, [property: Id(3)] bool Loaded = true);
