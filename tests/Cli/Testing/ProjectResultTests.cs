using Platform.Cli.Testing;

namespace Platform.Cli.Tests.Testing;

public sealed class ProjectResultTests : IDisposable
{
    private readonly string _report = Path.GetTempFileName();

    [Theory]
    [InlineData("""total="7" passed="4" failed="1" skipped="1" not-run="0" errors="1" """, 1, 4, 2, 1)]
    [InlineData("""total="5" passed="5" failed="0" skipped="0" not-run="0" errors="0" """, 0, 5, 0, 0)]
    [InlineData("""total="5" passed="5" failed="0" skipped="0" not-run="0" errors="0" """, 134, 5, 1, 0)]
    [InlineData("""total="0" passed="0" failed="0" skipped="0" not-run="0" errors="0" """, 0, 0, 1, 0)]
    public void Every_way_to_fail_is_counted(string counts, int exitCode, int passed, int failed, int skipped)
    {
        File.WriteAllText(_report, $"<assemblies><assembly {counts}/></assemblies>");

        var result = ProjectResult.Read("It", _report, exitCode, "what it wrote", TimeSpan.Zero);

        Assert.Equal((passed, failed, skipped), (result.Passed, result.Failed, result.Skipped));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<assemblies><assembly total=")]
    public void A_crash_before_the_report_is_a_failure_that_shows_the_output(string report)
    {
        File.WriteAllText(_report, report);

        var result = ProjectResult.Read("It", _report, 139, "Segmentation fault", TimeSpan.Zero);

        Assert.Equal(1, result.Failed);
        Assert.Contains("Segmentation fault", result.Failure, StringComparison.Ordinal);
        Assert.Contains("exit code 139", result.Failure, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_report);
}
