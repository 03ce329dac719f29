using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Platform.Fixtures;

namespace Platform.Clustering.Tests;

/// <summary>The table behind the membership, through the provider that uses it: what two who write at once may rely on.</summary>
public sealed class MembershipTableTests(OneSilo cluster) : IClassFixture<OneSilo>
{
    private static int _entries;

    private IMembershipTable Table => cluster.Silo.Services.GetRequiredService<IMembershipTable>();

    [Fact]
    public async Task A_row_comes_back_as_it_was_written()
    {
        var entry = Entry();
        Assert.True(await Table.InsertRowAsync(entry, (await Table.ReadAllAsync()).Version.Next()));
        var read = (await Table.ReadRowAsync(entry.SiloAddress)).Members.Single().Item1;
        Assert.Equal(
            (entry.SiloAddress, entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort, entry.StartTime, entry.IAmAliveTime),
            (read.SiloAddress, read.SiloName, read.HostName, read.Status, read.ProxyPort, read.StartTime, read.IAmAliveTime));
    }

    [Fact]
    public async Task Of_two_who_insert_after_the_same_look_one_is_refused()
    {
        var before = await Table.ReadAllAsync();
        var inserted = await Task.WhenAll(Table.InsertRowAsync(Entry(), before.Version.Next()), Table.InsertRowAsync(Entry(), before.Version.Next()));
        Assert.Single(inserted, done => done);
        var after = await Table.ReadAllAsync();
        Assert.Equal((before.Version.Version + 1, before.Members.Count + 1), (after.Version.Version, after.Members.Count));
    }

    [Fact]
    public async Task A_silo_is_inserted_once()
    {
        var entry = Entry();
        Assert.True(await Table.InsertRowAsync(entry, (await Table.ReadAllAsync()).Version.Next()));
        var version = (await Table.ReadAllAsync()).Version;
        Assert.False(await Table.InsertRowAsync(entry, version.Next()));
        Assert.Equal(version.Version, (await Table.ReadAllAsync()).Version.Version);
    }

    [Fact]
    public async Task A_change_after_an_older_look_is_refused_and_changes_nothing()
    {
        var entry = Entry();
        Assert.True(await Table.InsertRowAsync(entry, (await Table.ReadAllAsync()).Version.Next()));
        var seen = await Table.ReadRowAsync(entry.SiloAddress);
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(Address(9), DateTime.UtcNow);
        Assert.True(await Table.UpdateRowAsync(entry, seen.Members[0].Item2, seen.Version.Next()));
        entry.Status = SiloStatus.Joining;
        Assert.False(await Table.UpdateRowAsync(entry, seen.Members[0].Item2, seen.Version.Next()));

        var read = (await Table.ReadRowAsync(entry.SiloAddress)).Members.Single().Item1;
        Assert.Equal((SiloStatus.Dead, Address(9)), (read.Status, read.SuspectTimes?.Single().Item1));
    }

    [Fact]
    public async Task A_sign_of_life_changes_its_time_alone()
    {
        var entry = Entry();
        Assert.True(await Table.InsertRowAsync(entry, (await Table.ReadAllAsync()).Version.Next()));
        var before = await Table.ReadRowAsync(entry.SiloAddress);
        entry.IAmAliveTime = entry.IAmAliveTime.AddSeconds(7);
        await Table.UpdateIAmAliveAsync(entry);
        var after = await Table.ReadRowAsync(entry.SiloAddress);
        Assert.Equal((before.Version.Version, entry.IAmAliveTime), (after.Version.Version, after.Members.Single().Item1.IAmAliveTime));
    }

    [Fact]
    public async Task Who_died_long_ago_is_cleaned_away_and_who_lives_is_not()
    {
        var (dead, silent) = (Entry(), Entry());
        (dead.Status, silent.Status, dead.IAmAliveTime, silent.IAmAliveTime) = (SiloStatus.Dead, SiloStatus.Active, Whole(DateTime.UtcNow.AddDays(-2)), Whole(DateTime.UtcNow.AddDays(-2)));
        foreach (var entry in (MembershipEntry[])[dead, silent]) Assert.True(await Table.InsertRowAsync(entry, (await Table.ReadAllAsync()).Version.Next()));
        await Table.CleanupDefunctSiloEntriesAsync(DateTimeOffset.UtcNow.AddDays(-1));
        var left = (await Table.ReadAllAsync()).Members.Select(member => member.Item1.SiloAddress).ToList();
        Assert.DoesNotContain(dead.SiloAddress, left);
        Assert.Contains(silent.SiloAddress, left);
    }

    /// <summary>Silos that were never there: nobody probes those that are dead or about to join.</summary>
    private static MembershipEntry Entry()
    {
        var number = Interlocked.Increment(ref _entries);
        return new()
        {
            SiloAddress = Address(number), SiloName = $"silo {number}", HostName = "host", Status = SiloStatus.Joining, ProxyPort = 3000 + number, StartTime = Whole(DateTime.UtcNow), IAmAliveTime = Whole(DateTime.UtcNow),
        };
    }

    private static SiloAddress Address(int number) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1000 + number), number);

    /// <summary>The database keeps microseconds.</summary>
    private static DateTime Whole(DateTime time) => new(time.Ticks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);
}
