using System.Diagnostics;
using Orleans.Core.Internal;
using Platform.Grains.Quotas;

namespace Platform.Silo.Tests.Quotas;

public sealed class ProjectQuotaTests(SiloHost silo)
{
    private readonly string _project = $"project-{Guid.NewGuid():N}";

    private IProjectQuota Quota => silo.Grains.GetGrain<IProjectQuota>(_project);

    [Fact]
    public async Task Two_hundred_callers_settle_no_more_than_the_limit_and_its_refill_and_hardly_less()
    {
        const long limit = 600_000; // 10,000 a second
        await Quota.Configure(new QuotaLimits { Project = new Rate(null, limit) });
        var run = TimeSpan.FromSeconds(2);
        long settled = 0;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            var refused = false;
            // nobody stops while there is something left, however slow the machine is
            for (var i = 0; Stopwatch.GetElapsedTime(start) < run || !refused; i++)
            {
                var (id, tokens) = ($"{caller}-{i}", random.Next(100, 1000));
                var answer = await Quota.Reserve(new Reservation(id, "key", "model", new(tokens, 0)));
                refused = !answer.Granted;
                if (refused)
                {
                    await Task.Delay(Math.Min(answer.RetryAfterMs, 20));
                    continue;
                }

                var used = random.Next(1, tokens + 1);
                await Quota.Settle(id, new(used, 0), nothingToRecord: i % 2 == 0);
                Interlocked.Add(ref settled, used);
            }
        })));
        var allowed = limit + limit * Stopwatch.GetElapsedTime(start).TotalMinutes;

        Assert.InRange(settled, 0.98 * allowed, allowed);
        Assert.Equal(settled, (await Quota.Read()).Settled);
    }

    [Fact]
    public async Task Limits_outlive_the_grain()
    {
        var limits = new QuotaLimits
        {
            Project = new Rate(10, 1000),
            Keys = new Dictionary<string, Rate> { ["key_1"] = new(5, null) },
            Models = new Dictionary<string, Rate> { ["org/model"] = new(null, 500) },
        };
        await Quota.Configure(limits);
        await Quota.Cast<IGrainManagementExtension>().DeactivateOnIdle();

        var read = (await Quota.Read()).Limits;
        Assert.Equal(limits.Project, read.Project);
        Assert.Equal(limits.Keys, read.Keys);
        Assert.Equal(limits.Models, read.Models);
        Assert.Equal(500, (await Quota.Reserve(new Reservation("a", "key_1", "org/model", new(1, 0)))).Tokens.Limit);
    }

    [Fact]
    public async Task A_limit_below_one_is_refused_by_name()
    {
        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Quota.Configure(
            new QuotaLimits { Models = new Dictionary<string, Rate> { ["m"] = new(null, 0) } }));
        Assert.Equal("models.m.tokens_per_minute", error.ParamName);
    }
}
