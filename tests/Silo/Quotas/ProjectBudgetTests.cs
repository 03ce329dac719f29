using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Platform.Contracts.Generations;
using Platform.Eventing.Appending;
using Platform.Eventing.Generations;
using Platform.Eventing.Usage;
using Platform.Grains.Quotas;

namespace Platform.Silo.Tests.Quotas;

/// <summary>Budgets over a grain that dies and comes back, with what the ledger holds.</summary>
public sealed class ProjectBudgetTests(SiloHost silo)
{
    private readonly string _project = $"project-{Guid.NewGuid():N}";

    private IProjectQuota Quota => silo.Grains.GetGrain<IProjectQuota>(_project);

    [Fact]
    public async Task A_fresh_grain_knows_its_budgets_and_what_was_spent_of_them_this_month()
    {
        var limits = new QuotaLimits { ProjectBudget = new(1000, null), KeyBudgets = new Dictionary<string, Budget> { ["key_1"] = new(null, 500) } };
        await Quota.Configure(limits);
        await Record("a", "key_1", 400, 40);
        await Record("b", "key_2", 400, 50);
        await Record("last month's", "key_1", 400, 900, DateTimeOffset.UtcNow.AddMonths(-1));
        await Kill();

        var report = await Quota.Read();
        Assert.Equal((new Amount(800, 90), new Amount(400, 40), new Amount(400, 50)), (report.Spent, report.SpentByKey["key_1"], report.SpentByKey["key_2"]));
        Assert.Equal((limits.ProjectBudget, 500), (report.Limits.ProjectBudget, report.Limits.KeyBudgets["key_1"].Tokens));
        Assert.Equal("key_budget", (await Quota.Reserve(new Reservation("c", "key_1", "model", new(101, 1)))).Limit);
        Assert.Equal("project_budget", (await Quota.Reserve(new Reservation("c", "key_2", "model", new(101, 911)))).Limit);
        Assert.True((await Quota.Reserve(new Reservation("c", "key_2", "model", new(101, 910)))).IsNotYet); // others may hold something
    }

    [Fact]
    public async Task A_budget_below_nothing_is_refused_by_name()
    {
        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Quota.Configure(new QuotaLimits { KeyBudgets = new Dictionary<string, Budget> { ["k"] = new(-1, null) } }));
        Assert.Equal("key_budgets.k.cost_micros", error.ParamName);
    }

    [Fact]
    public async Task Two_hundred_callers_spend_the_budget_and_no_more_while_the_grain_dies_under_them()
    {
        const long budget = 1_500_000;
        await Quota.Configure(new QuotaLimits { ProjectBudget = new Budget(budget, null) });
        var (spent, waits) = (0L, 0);
        var live = new ConcurrentDictionary<string, Reservation>();
        using var end = new CancellationTokenSource();
        var offers = Offer();
        var callers = Enumerable.Range(0, 200).Select(caller => Task.Run(() => Call(caller))).ToList();
        while (Interlocked.Read(ref spent) < budget / 3) await Task.Delay(10);
        await Kill();
        await Task.WhenAll(callers);
        await end.CancelAsync();
        await offers;

        Assert.True(waits > 0, "the grain was not fresh");
        Assert.InRange(spent, 0.98 * budget, budget);
        Assert.Equal(spent, (await Quota.Read()).Spent.CostMicros);
        var ledger = await silo.Services.GetRequiredService<SpentReader>().ReadAsync(_project, TestContext.Current.CancellationToken);
        Assert.Equal(spent, ledger.Keys.Sum(key => key.CostMicros) + ledger.Above.Sum(above => above.CostMicros));

        // as a gateway does: it offers what it holds until that is recorded
        async Task Call(int caller)
        {
            var random = new Random(caller);
            for (var i = 0; ; i++)
            {
                var most = random.Next(100, 1000);
                var asked = new Reservation($"{_project}-{caller}-{i}", $"key_{caller % 3}", "model", new(most, most));
                var answer = await Quota.Reserve(asked);
                if (answer.IsNotYet) Interlocked.Increment(ref waits);
                if (answer is { Limit: not null, RetryAfterMs: < 0 }) return;
                if (!answer.Granted)
                {
                    await Task.Delay(20);
                    continue;
                }

                live[asked.GenerationId] = asked;
                var used = random.Next(1, most + 1);
                await Task.Delay(random.Next(20));
                await Quota.Settle(asked.GenerationId, new(used, used), nothingToRecord: false);
                await Record(asked.GenerationId, asked.KeyId, used, used);
                live.TryRemove(asked.GenerationId, out _);
                Interlocked.Add(ref spent, used);
            }
        }

        async Task Offer()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5));
            try
            {
                while (await timer.WaitForNextTickAsync(end.Token)) await Quota.Offer([.. live.Values]);
            }
            catch (OperationCanceledException)
            {
                // the end
            }
        }
    }

    private async Task Record(string id, string key, int tokens, long micros, DateTimeOffset? at = null)
    {
        var finished = at ?? DateTimeOffset.UtcNow;
        var figures = new GenerationFigures
        {
            GenerationId = id, Kind = "chat", ProjectId = _project, KeyId = key, UserId = "", Model = "model", RequestedModel = "model",
            StartedAt = finished, FinishedAt = finished, PromptTokens = tokens, CostMicros = micros,
        };
        var appended = await silo.Services.GetRequiredService<EventWriter>().Append(new StreamAppend($"{_project}/{id}", 0, [new GenerationCompleted(figures)]), TestContext.Current.CancellationToken);
        await Quota.Recorded([new RecordedUsage(id, appended.Sequence, key, new(tokens, micros), finished)]);
    }

    private ValueTask Kill() => Quota.Cast<IGrainManagementExtension>().DeactivateOnIdle();
}
