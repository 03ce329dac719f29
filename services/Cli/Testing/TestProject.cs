using System.Diagnostics;
using System.Text;
using Platform.Cli.Processes;
using Platform.Cli.Terminal;

namespace Platform.Cli.Testing;

/// <summary>One project below <c>tests/</c> and its built executable.</summary>
internal sealed record TestProject(string Name, string Folder, string Executable)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(40);

    /// <summary>True where llama.cpp lies beside it.</summary>
    public bool Decodes => File.Exists(Path.Combine(Path.GetDirectoryName(Executable)!, "Platform.Inference.LlamaCpp.dll"));

    public static IReadOnlyList<TestProject> Find(House house, string[] names)
    {
        var all = Directory.EnumerateFiles(house.Tests, "*.Tests.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => (Project: Path.GetFileNameWithoutExtension(file), Folder: Path.GetDirectoryName(file)!))
            .Select(test => new TestProject(test.Project[..^".Tests".Length], test.Folder, Path.Combine(house.Built(test.Project), $"Platform.{test.Project}")))
            .ToList();
        if (names.FirstOrDefault(name => !all.Any(project => project.Is(name))) is { } unknown)
        {
            throw new CliException($"There is no test project {unknown}. There are: {string.Join(", ", all.Select(project => project.Name))}");
        }

        return names.Length == 0 ? all : [.. all.Where(project => names.Any(project.Is))];
    }

    /// <summary>Whether its tests use a fixture of that name.</summary>
    public bool Mentions(string fixture) =>
        Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories).Any(file => File.ReadAllText(file).Contains(fixture, StringComparison.Ordinal));

    public async Task<ProjectResult> Run(IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        if (!File.Exists(Executable)) return ProjectResult.Broken(Name, $"{Executable} was not built: is {Name}.Tests in Platform.sln?", TimeSpan.Zero);

        var report = Path.Combine(Path.GetTempPath(), $"platform-test-{Guid.NewGuid():N}.xml");
        var command = new ProcessStartInfo(Executable, ["-noLogo", "-noColor", "-longRunning", "60", "-result-xml", report]) { WorkingDirectory = Path.GetDirectoryName(Executable)! };
        foreach (var (name, value) in environment) command.Environment[name] = value;
        try
        {
            var watch = Stopwatch.StartNew();
            using var process = await TiedProcess.Start(command, "KILL");
            await using var stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
            var output = new StringBuilder();
            var reading = Task.WhenAll(Copy(process.StandardOutput, output), Copy(process.StandardError, output));
            if (await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(Limit, cancellation)) is { IsCanceled: false } && !process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await reading;
                return ProjectResult.Broken(Name, $"{output}\n{Name} was still running after {Limit.TotalMinutes} minutes and was stopped.", watch.Elapsed);
            }

            cancellation.ThrowIfCancellationRequested();
            // what a test left running may hold the pipe open
            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(5), cancellation));
            lock (output) return ProjectResult.Read(Name, report, process.ExitCode, output.ToString(), watch.Elapsed);
        }
        finally
        {
            File.Delete(report);
        }
    }

    private bool Is(string name) => string.Equals(name, Name, StringComparison.OrdinalIgnoreCase) || string.Equals(name, Name + ".Tests", StringComparison.OrdinalIgnoreCase);

    private static async Task Copy(StreamReader from, StringBuilder to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (to) to.Append(line).Append('\n');
        }
    }
}
