using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Platform.Cli.Up.Cluster;
using Platform.Fixtures;

namespace Platform.Scenarios.Tests.Cluster;

/// <summary>Videos over RabbitMQ, made by a worker that is a process of its own, while that worker or the database is away.</summary>
public sealed class VideoClusterTests : IAsyncLifetime
{
    private const int Jobs = 20;

    private readonly string _blobs = Directory.CreateTempSubdirectory("platform-cluster-blobs-").FullName;
    private TestCluster _cluster = null!; // set before the test
    private NpgsqlDataSource _database = null!; // as above

    [Fact]
    public async Task Twenty_videos_outlive_two_deaths_of_their_worker_each_once_and_the_same()
    {
        await Make(disturbedAt: [3, 9], async () =>
        {
            await Eventually.Holds(() => Begun(), begun => begun > 0, TimeSpan.FromMinutes(1));
            await _cluster["onnx-worker-1"].KillAndRestart();
        });
        var runs = await Read("select max(run)::text, '', '' from ledger.videos");
        Assert.True(int.Parse(runs[0][0], null) > 1, "a job was taken up again");
    }

    [Fact]
    public Task Twenty_videos_outlive_a_database_that_is_away_for_half_a_minute() => Make(disturbedAt: [5], async () =>
    {
        await _cluster["postgres"].Terminate();
        await Task.Delay(TimeSpan.FromSeconds(30)); // how long it is away
        await _cluster["postgres"].Start();
        await _cluster["postgres"].Ready();
    });

    /// <summary>Makes the jobs, disturbed whenever more than so many are over; each must be recorded once, with the frames of an undisturbed one.</summary>
    private async Task Make(int[] disturbedAt, Func<Task> disturb)
    {
        using var client = _cluster.Client();
        var undisturbed = await Create(client, 0);
        await Eventually.Holds(() => Over(), over => over == 1, TimeSpan.FromMinutes(1));

        var disturbed = await Task.WhenAll(Enumerable.Range(0, Jobs).Select(_ => Create(client, 0)));
        foreach (var over in disturbedAt)
        {
            await Eventually.Holds(() => Over(), now => now > over, TimeSpan.FromMinutes(2));
            await disturb();
        }

        await Eventually.Holds(() => Over(), now => now == Jobs + 1, TimeSpan.FromMinutes(3));
        var clips = await Read("select id, status, clip ->> 'frames_sha256' from ledger.videos");
        Assert.All(clips, clip => Assert.Equal("completed", clip[1]));
        Assert.Single(clips.Select(clip => clip[2]).Distinct());
        Assert.Equal([undisturbed, .. disturbed.Order()], clips.Select(clip => clip[0]).Order());
        var ends = await Read("select stream_id, type, count(*)::text from ledger.mt_events where type in ('video_completed', 'video_failed', 'video_cancelled') group by 1, 2");
        Assert.Equal(Jobs + 1, ends.Count);
        Assert.All(ends, end => Assert.Equal(("video_completed", "1"), (end[1], end[2])));
    }

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.Start(
            new ClusterSize(Gateways: 1, Silos: 1, LlamaWorkers: 0, OnnxWorkers: 1), bundled: true,
            new Dictionary<string, string> { ["Blobs:Folder"] = _blobs, ["OnnxWorker:Videos:Lease"] = "00:00:03" });
        _database = NpgsqlDataSource.Create(_cluster.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _cluster.DisposeAsync();
        Directory.Delete(_blobs, recursive: true);
    }

    private static async Task<string> Create(HttpClient client, int seed)
    {
        using var answer = await client.PostAsJsonAsync("v1/videos", new { model = TestCatalogue.Shapes, prompt = "a large red circle moving left on a navy background", seed, num_frames = 17 });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    private async Task<int> Begun() => (await Read("select id, status, '' from ledger.videos where status = 'in_progress'")).Count;

    private async Task<int> Over() => (await Read("select id, status, '' from ledger.videos where status not in ('queued', 'in_progress')")).Count;

    private async Task<List<string[]>> Read(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var read = new List<string[]>();
        while (await rows.ReadAsync()) read.Add([rows.GetString(0), rows.GetString(1), rows.IsDBNull(2) ? "" : rows.GetString(2)]);
        return read;
    }
}
