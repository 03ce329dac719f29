using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans;
using Platform.Blobs;
using Platform.Fixtures;
using Platform.Grains.Quotas;
using Platform.Scenarios.Tests.Wire;
using Platform.Video.Imaging;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>Requests that were right and came to nothing: their reservation and their pictures are let go.</summary>
public sealed class NothingLeftTests(PlatformFixture platform)
{
    private readonly byte[] _picture = Unlike(platform.BlobFolder);

    private string PathOfPicture => PathOf(platform.BlobFolder, _picture);

    [Fact]
    public async Task A_blob_store_that_fails_holds_no_quota()
    {
        var quota = Quota(await Project());
        var before = await Traces.Of(platform);
        var reserved = (await quota.Read()).OpenReservations;
        // a file where the picture's folder should be
        var folder = Path.GetDirectoryName(PathOfPicture)!; // never at the root
        Directory.CreateDirectory(platform.BlobFolder);
        await File.WriteAllTextAsync(folder, "");
        try
        {
            using var answer = await platform.Client.PostAsync("v1/videos", Form());
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
            await answer.Error();
        }
        finally
        {
            File.Delete(folder);
        }

        Assert.Equal(reserved, (await quota.Read()).OpenReservations);
        await before.AreAll();
    }

    [Fact]
    public async Task A_request_whose_key_another_took_meanwhile_leaves_no_picture()
    {
        var project = await Project();
        var quota = Quota(project);
        var reserved = (await quota.Read()).OpenReservations;
        var key = $"key-{Guid.NewGuid():n}";
        await using var database = NpgsqlDataSource.Create(platform.ConnectionString);
        await using (var connection = await database.OpenConnectionAsync())
        {
            // the other request is not committed yet: it is not seen when the key is looked up, and holds up whoever would write it too
            await using var transaction = await connection.BeginTransactionAsync();
            await using var other = new NpgsqlCommand(InsertOther, connection, transaction)
            {
                Parameters = { new() { Value = project }, new() { Value = key }, new() { Value = Order } },
            };
            await other.ExecuteNonQueryAsync();

            var request = new HttpRequestMessage(HttpMethod.Post, "v1/videos") { Content = Form(), Headers = { { "Idempotency-Key", key } } };
            var asked = platform.Client.SendAsync(request);
            await Eventually.Holds(() => File.Exists(PathOfPicture));
            await transaction.CommitAsync();
            using var answer = await asked;
            Assert.Equal((HttpStatusCode.Conflict, "idempotency_key_reused"), (answer.StatusCode, (await answer.Error()).Code));
        }

        await using var clean = database.CreateCommand("delete from ledger.videos where id = 'video_other'");
        await clean.ExecuteNonQueryAsync();
        Assert.False(File.Exists(PathOfPicture));
        Assert.Equal(reserved, (await quota.Read()).OpenReservations);
    }

    [Fact]
    public async Task A_picture_that_a_new_request_has_too_outlives_the_one_that_had_it_first()
    {
        var project = await Project();
        var key = $"key-{Guid.NewGuid():n}";
        using var first = await platform.Client.PostAsync("v1/videos", Form());
        var old = (await first.Json()).Id();
        await platform.Client.Over(old);

        await using var database = NpgsqlDataSource.Create(platform.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        // holds up the second request between its picture and its row
        await using var other = new NpgsqlCommand(InsertOther, connection, transaction) { Parameters = { new() { Value = project }, new() { Value = key }, new() { Value = Order } } };
        await other.ExecuteNonQueryAsync();
        var asked = platform.Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "v1/videos") { Content = Form(), Headers = { { "Idempotency-Key", key } } });
        await Eventually.Holds(Waiting, waiting => waiting == 1);
        var deleted = platform.Client.DeleteAsync($"v1/videos/{old}");
        await Eventually.Holds(async () => deleted.IsCompleted || await Waiting() == 2, arrived => arrived);
        await transaction.RollbackAsync();
        using (await deleted)
        using (var second = await asked)
        {
            Assert.True(File.Exists(PathOfPicture));
            await platform.Client.Over((await second.Json()).Id());
        }

        async Task<long> Waiting()
        {
            await using var command = database.CreateCommand("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
            return (long)(await command.ExecuteScalarAsync())!; // a count is never null
        }
    }

    private const string InsertOther = """
        insert into ledger.videos (id, project_id, key_id, user_id, model, requested_model, artifact_hash, status, version, created_at, idempotency_key, request_hash, video_order, blobs)
        values ('video_other', $1, 'key', '', 'none', 'none', '', 'cancelled', 1, now(), $2, 'another request', $3::jsonb, array[]::text[])
        """;

    private static string Order => JsonSerializer.Serialize(new { prompt = "x", width = 64, height = 64, frames = 5, segment_frames = 33, fps = 8, steps = 1, guidance = 3, seed = 1, seconds = "1" });

    private MultipartFormDataContent Form() => new()
    {
        { new StringContent("x"), "prompt" }, { new StringContent("5"), "num_frames" }, { new StringContent("1"), "num_inference_steps" }, { new ByteArrayContent(_picture), "input_reference", "a.webp" },
    };

    private IProjectQuota Quota(string project) => platform.Services.GetRequiredService<IGrainFactory>().GetGrain<IProjectQuota>(project);

    private async Task<string> Project()
    {
        using var answer = await platform.Client.GetAsync("v1/models");
        return answer.Headers.GetValues("openai-project").Single();
    }

    /// <summary>A picture whose blob would have a folder of its own.</summary>
    private static byte[] Unlike(string folder) =>
        Enumerable.Range(0, 100_000).Select(i => new RgbImage(2, 2, [.. BitConverter.GetBytes(i), .. new byte[8]]).EncodeWebp(100)).First(picture => !Path.Exists(Path.GetDirectoryName(PathOf(folder, picture))));

    private static string PathOf(string folder, byte[] picture) => BlobId.Of(picture).ToString() is var id ? Path.Combine(folder, id[..2], id) : "";
}
