using Platform.Cli.Up;

namespace Platform.Cli.Tests.Up;

public sealed class RunningPlatformTests : IDisposable
{
    private readonly TemporaryHouse _home = new();

    [Fact]
    public void A_living_platform_is_found()
    {
        var running = Running(RunningPlatform.StartTicksOf(Environment.ProcessId)!.Value);
        running.Write(_home.House);

        Assert.Equivalent(running, RunningPlatform.Read(_home.House), strict: true);
    }

    [Fact]
    public void What_a_killed_one_left_behind_does_not_count_even_if_its_process_id_is_in_use_again()
    {
        Running(RunningPlatform.StartTicksOf(Environment.ProcessId)!.Value - 1).Write(_home.House);

        Assert.Null(RunningPlatform.Read(_home.House));
    }

    [Fact]
    public void No_file_and_a_broken_file_mean_that_nothing_runs()
    {
        Assert.Null(RunningPlatform.Read(_home.House));

        File.WriteAllText(_home.House.State, "{");
        Assert.Null(RunningPlatform.Read(_home.House));
    }

    public void Dispose() => _home.Dispose();

    private static RunningPlatform Running(long startTicks) => new(Environment.ProcessId, startTicks, "http://127.0.0.1:8080", 8080, 5432, 9080, DateTimeOffset.UnixEpoch, Ready: true);
}
