namespace Platform.Cli.Terminal;

/// <summary>Something the person at the terminal can do something about: shown without a stack trace.</summary>
internal sealed class CliException(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode => exitCode;
}
