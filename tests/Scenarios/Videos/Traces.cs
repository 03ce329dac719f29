using Npgsql;
using Platform.Fixtures;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>What requests for videos leave behind: blobs, rows, events and temporary files.</summary>
internal sealed class Traces
{
    private readonly PlatformFixture _platform;
    private readonly HashSet<string> _files, _blobs;
    private readonly string _ledger;

    private Traces(PlatformFixture platform, string ledger) =>
        (_platform, _files, _blobs, _ledger) = (platform, TemporaryFiles(), Blobs(platform), ledger);

    public static async Task<Traces> Of(PlatformFixture platform) => new(platform, await Ledger(platform));

    /// <summary>There is nothing now that was not there then.</summary>
    public async Task AreAll()
    {
        Assert.Equal(_ledger, await Ledger(_platform));
        Assert.Empty(Blobs(_platform).Except(_blobs));
        // another process' files look the same, but it deletes them too
        var fresh = TemporaryFiles().Except(_files).ToList();
        await Eventually.Holds(() => !fresh.Any(File.Exists));
    }

    private static HashSet<string> TemporaryFiles() =>
        [.. new[] { "ASPNETCORE_*", "platform-source-*", "platform-clip-*" }.SelectMany(pattern => Directory.EnumerateFiles(Path.GetTempPath(), pattern))];

    private static HashSet<string> Blobs(PlatformFixture platform) =>
        Directory.Exists(platform.BlobFolder) ? [.. Directory.EnumerateFiles(platform.BlobFolder, "*", SearchOption.AllDirectories)] : [];

    private static async Task<string> Ledger(PlatformFixture platform)
    {
        await using var database = NpgsqlDataSource.Create(platform.ConnectionString);
        await using var command = database.CreateCommand("select (select count(*) from ledger.videos) || ' rows, ' || (select count(*) from ledger.mt_events where type = 'video_requested') || ' requests, ' || (select count(*) from ledger.mt_streams where id like 'video%') || ' streams'");
        return (string)(await command.ExecuteScalarAsync())!; // a concatenation of counts is never null
    }
}
