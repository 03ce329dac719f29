namespace Platform.Scenarios.Tests.Cluster;

/// <summary>What a process's log tells of trouble.</summary>
/// <param name="Errors">Lines at error level and above.</param>
/// <param name="Unawaited">Of these: tasks that failed and nobody awaited.</param>
/// <param name="Unhandled">Ends by an exception.</param>
internal sealed record LogTroubles(IReadOnlyList<string> Errors, IReadOnlyList<string> Unawaited, IReadOnlyList<string> Unhandled)
{
    public static LogTroubles Of(ClusterMember member)
    {
        var lines = member.LogLines().Where(line => line.Contains("Z fail: ", StringComparison.Ordinal) || line.Contains("Z crit: ", StringComparison.Ordinal) || IsUnhandled(line)).ToList();
        return new([.. lines.Where(line => !IsUnhandled(line))], [.. lines.Where(line => line.Contains("UnobservedExceptions", StringComparison.Ordinal))], [.. lines.Where(IsUnhandled)]);
    }

    private static bool IsUnhandled(string line) => line.StartsWith("Unhandled exception", StringComparison.Ordinal);
}
