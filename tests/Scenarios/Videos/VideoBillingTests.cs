using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Eventing.Usage;
using Platform.Fixtures;
using Platform.Grains.Quotas;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Videos;

public sealed class VideoBillingTests(PlatformFixture platform)
{
    [Fact]
    public async Task A_video_counts_its_seconds_once_and_a_cancelled_one_none()
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        var verifier = platform.Services.GetRequiredService<LedgerVerifier>();
        // what tests before this one made is counted first
        await Eventually.Holds(() => verifier.Verify(CancellationToken.None), report => report.Agrees, TimeSpan.FromSeconds(30));
        var before = await Usage(admin);

        var made = (await platform.Client.CreateVideo(new { prompt = "a small red circle", num_frames = 17, num_inference_steps = 1 })).Id();
        await platform.Client.Over(made);
        var cancelled = (await platform.Client.CreateVideo(new { prompt = "a small red circle", seconds = 12, num_inference_steps = 200 })).Id();
        using (await platform.Client.PostAsync($"v1/videos/{cancelled}/cancel", null)) await platform.Client.Over(cancelled, "failed");

        var after = await Eventually.Holds(() => Usage(admin), usage => usage.Requests >= before.Requests + 2);
        Assert.Equal((before.Requests + 2, before.Frames + 17, before.Seconds + 17m / 8), (after.Requests, after.Frames, after.Seconds));
        var report = await verifier.Verify(CancellationToken.None);
        Assert.True(report.Agrees, JsonSerializer.Serialize(report.Differences));
    }

    [Fact]
    public async Task A_spent_quota_refuses_before_anything_is_kept()
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        var project = (await platform.Client.GetAsync("v1/models")).Headers.GetValues("openai-project").Single();
        var quota = platform.Services.GetRequiredService<Orleans.IGrainFactory>().GetGrain<IProjectQuota>(project);
        var limits = (await quota.Read()).Limits;
        await quota.Configure(limits with { Models = new Dictionary<string, Rate> { [TestCatalogue.Shapes] = new(null, 20) } });
        try
        {
            using var refused = await platform.Client.PostJson("v1/videos", """{"prompt":"x","seconds":4}""");
            Assert.Equal((429, "rate_limit_exceeded"), ((int)refused.StatusCode, (await refused.Error()).Code));
            var made = (await platform.Client.CreateVideo(new { prompt = "x", num_frames = 17, num_inference_steps = 1 })).Id();
            await platform.Client.Over(made);
        }
        finally
        {
            await quota.Configure(limits);
        }
    }

    private static async Task<(long Requests, long Frames, decimal Seconds)> Usage(HttpClient admin)
    {
        var page = await admin.GetJson($"v1/organization/usage/videos?bucket_width=1d&limit=2&start_time={DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeSeconds()}");
        var rows = page.GetProperty("data").EnumerateArray().SelectMany(bucket => bucket.GetProperty("results").EnumerateArray()).ToList();
        return (rows.Sum(row => row.GetProperty("num_model_requests").GetInt64()), rows.Sum(row => row.GetProperty("frames").GetInt64()), rows.Sum(row => row.GetProperty("seconds").GetDecimal()));
    }
}
