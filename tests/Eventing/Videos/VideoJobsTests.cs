using Platform.Contracts.Videos;
using Platform.Eventing.Videos;
using Platform.Fixtures;

namespace Platform.Eventing.Tests.Videos;

public sealed class VideoJobsTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly VideoClip Clip = new("a", "video/mp4", "b", "c", 1, 64, 64, 33, 8, "d");

    private TestDatabase? _database;
    private LedgerHost? _ledger;

    private VideoJobs Jobs => _ledger!.Get<VideoJobs>();

    private static Task NoBlobs() => Task.CompletedTask;
    private VideoReader Reader => _ledger!.Get<VideoReader>();

    [Fact]
    public async Task Of_two_workers_that_take_a_job_one_gets_it()
    {
        var job = await Requested();
        var takers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Jobs.Start(job, $"w{i}", Lease, default)));
        Assert.Single(takers, taker => taker is not null);
    }

    [Fact]
    public async Task A_worker_whose_job_was_taken_over_can_neither_renew_nor_finish()
    {
        var zombie = (await Jobs.Start(await Requested(), "w1", Lease, default))!;
        var heir = (await Jobs.Start(zombie, "w2", Lease, default))!;
        Assert.False(await Jobs.Renew(zombie, Lease, 50, null, null, default));
        Assert.Null(await Jobs.Complete(zombie, Clip, 0, TimeSpan.FromDays(1), default));
        Assert.NotNull(await Jobs.Complete(heir, Clip, 0, TimeSpan.FromDays(1), default));
        Assert.Null(await Jobs.Complete(heir, Clip, 0, TimeSpan.FromDays(1), default));
    }

    [Fact]
    public async Task Progress_never_falls()
    {
        var job = (await Jobs.Start(await Requested(), "w1", Lease, default))!;
        foreach (var progress in (int[])[10, 60, 30]) Assert.True(await Jobs.Renew(job, Lease, progress, null, null, default));
        Assert.Equal(60, (await Reader.Find(null, job.Id, default))!.Progress);
    }

    [Fact]
    public async Task A_lapsed_lease_makes_the_job_the_next_one_again()
    {
        var job = await Requested();
        await Jobs.Start(job, "w1", TimeSpan.FromMilliseconds(1), default);
        var next = await Eventually.Holds(() => Reader.Next(job.Model, default), next => next is not null);
        Assert.Equal((job.Id, 1, VideoStatus.InProgress), (next!.Id, next.Run, next.Status));
        Assert.NotNull(await Jobs.Start(next, "w2", Lease, default));
        Assert.Null(await Reader.Next(job.Model, default));
    }

    [Fact]
    public async Task A_project_with_nothing_running_comes_before_one_that_has()
    {
        var model = $"m{Guid.NewGuid():n}";
        var (first, second, other) = (await Requested(model, "p1"), await Requested(model, "p1"), await Requested(model, "p2"));
        await Jobs.Start(first, "w1", Lease, default);
        Assert.Equal(other.Id, (await Reader.Next(model, default))!.Id);
        Assert.Equal(2, await Reader.Waiting(model, null, default));
        Assert.Equal(1, await Reader.Waiting(model, other.Id, default));
        Assert.NotEqual(second.Id, other.Id);
    }

    [Fact]
    public async Task An_idempotency_key_makes_one_job_in_a_project()
    {
        var job = New() with { IdempotencyKey = "k" };
        Assert.True(await Jobs.Request(job, NoBlobs, default));
        Assert.False(await Jobs.Request(New() with { IdempotencyKey = "k" }, NoBlobs, default));
        Assert.True(await Jobs.Request(New(project: "another") with { IdempotencyKey = "k" }, NoBlobs, default));
        Assert.Equal(job.Id, (await Reader.FindByIdempotencyKey("p", "k", default))!.Id);
    }

    [Fact]
    public async Task Deleting_erases_the_prompt_and_keeps_the_figures()
    {
        var job = (await Jobs.Start(await Requested(), "w1", Lease, default))!;
        await Jobs.Complete(job, Clip, 7, TimeSpan.FromDays(1), default);
        var done = (await Reader.Find("p", job.Id, default))!;
        Assert.Equal("a secret prompt", done.Order.Prompt);
        Assert.True(await Jobs.Delete(done, "asked", default));
        Assert.Null(await Reader.Find("p", job.Id, default));
        await using var command = _ledger!.Database.CreateCommand("select string_agg(type || data::text, ' ' order by version) from ledger.mt_events where stream_id = $1");
        command.Parameters.Add(new() { Value = job.Id });
        var stream = (string)(await command.ExecuteScalarAsync())!;
        Assert.DoesNotContain("secret", stream, StringComparison.Ordinal);
        foreach (var type in (string[])["video_requested", "video_started", "video_completed", "video_deleted"]) Assert.Contains(type, stream, StringComparison.Ordinal);
    }

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabase();
        _ledger = await LedgerHost.Start(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    private async Task<VideoJob> Requested(string? model = null, string project = "p")
    {
        var job = New(model, project);
        Assert.True(await Jobs.Request(job, NoBlobs, default));
        return job;
    }

    private static VideoJob New(string? model = null, string project = "p") => new()
    {
        Id = Platform.Contracts.Generations.PublicId.New("video_"),
        ProjectId = project,
        KeyId = "key",
        UserId = "",
        Model = model ?? $"m{Guid.NewGuid():n}",
        RequestedModel = "m",
        ArtifactHash = "",
        CreatedAt = DateTimeOffset.UtcNow,
        RequestHash = "",
        Version = 1,
        Order = new() { Prompt = "a secret prompt", Width = 64, Height = 64, Frames = 33, SegmentFrames = 33, Fps = 8, Steps = 12, Guidance = 3, Seed = 1, Seconds = "4" },
    };
}
