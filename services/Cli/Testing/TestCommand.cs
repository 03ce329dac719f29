using System.CommandLine;
using System.Diagnostics;
using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Testing;

/// <summary>Runs the test projects against a PostgreSQL and a RabbitMQ that live as long as the run. The script <c>platform</c> has built them.</summary>
internal static class TestCommand
{
    private const int AtOnce = 2;

    public static Command Create(House house)
    {
        var names = new Argument<string[]>("project") { Description = "Names of test projects, e.g. Gateway; all when left out.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("test", "Run all tests, with real PostgreSQL and RabbitMQ.") { names };
        command.SetAction((parsed, cancellation) => Run(house, parsed.GetValue(names) ?? [], cancellation));
        return command;
    }

    private static async Task<int> Run(House house, string[] names, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var projects = TestProject.Find(house, names);
        var steps = new TerminalSteps();
        await Natives.Fetch(house, steps, cancellation);
        await using var servers = await TestServers.Start(house, projects, steps, cancellation);

        var results = new List<ProjectResult>();
        foreach (var together in Groups(projects))
        {
            foreach (var running in together.Select(project => project.Run(servers.Environment, cancellation)).ToList())
            {
                var result = await running;
                results.Add(result);
                result.Show();
            }
        }

        var (passed, failed, skipped) = (results.Sum(result => result.Passed), results.Sum(result => result.Failed), results.Sum(result => result.Skipped));
        Screen.Raw("");
        foreach (var result in results.Where(result => result.Failed > 0)) Screen.Raw($"failed: {result.Project} ({result.Failed})");
        Screen.Raw($"in {Screen.Duration(watch.Elapsed)}");
        Screen.Raw($"{passed} passed, {failed} failed{(skipped > 0 ? $", {skipped} skipped" : "")}");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    /// <summary>Those that decode with llama.cpp run by themselves: its threads spin, and beside a busy neighbour they are many times slower.</summary>
    private static IEnumerable<TestProject[]> Groups(IReadOnlyList<TestProject> projects) =>
        projects.Where(project => !project.Decodes).Chunk(AtOnce).Concat(projects.Where(project => project.Decodes).Select(project => new[] { project }));
}
