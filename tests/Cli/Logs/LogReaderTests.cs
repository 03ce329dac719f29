using Platform.Cli.Logs;

namespace Platform.Cli.Tests.Logs;

public sealed class LogReaderTests : IDisposable
{
    private readonly string _log = Path.GetTempFileName();

    [Fact]
    public void A_log_is_followed_by_whole_lines_and_over_a_new_file()
    {
        var shown = new List<string>();
        var reader = new LogReader(_log, shown.Add);
        File.WriteAllText(_log, "one\ntwo\nthree\n");
        reader.Begin(2);
        File.AppendAllText(_log, "fo");
        reader.ReadOn();
        File.AppendAllText(_log, "ur\nfive\n");
        reader.ReadOn();
        File.WriteAllText(_log, "six\n");
        reader.ReadOn();

        Assert.Equal(["two", "three", "four", "five", "six"], shown);
    }

    public void Dispose() => File.Delete(_log);
}
