using System.CommandLine;
using System.Diagnostics;
using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Testing;

/// <summary>Runs the test projects against a PostgreSQL and a RabbitMQ that live as long as the run. The script <c>platform</c> has built them.</summary>
internal static class TestCommand
{
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
        // llama.cpp's threads spin: beside a busy neighbour they are many times slower, so what decodes with it runs by itself
        await RunAll(projects.Where(project => !project.Decodes), atOnce: 2);
        await RunAll(projects.Where(project => project.Decodes), atOnce: 1);

        var (passed, failed, skipped) = (results.Sum(result => result.Passed), results.Sum(result => result.Failed), results.Sum(result => result.Skipped));
        Screen.Raw("");
        foreach (var result in results.Where(result => result.Failed > 0))
        {
            Screen.Raw($"failed: {result.Project} ({result.Failed})");
            foreach (var test in result.FailedTests) Screen.Raw($"  {test}");
        }

        Screen.Raw($"in {Screen.Duration(watch.Elapsed)}");
        Screen.Raw($"{passed} passed, {failed} failed{(skipped > 0 ? $", {skipped} skipped" : "")}");
        return failed == 0 && passed > 0 ? 0 : 1;

        async Task RunAll(IEnumerable<TestProject> some, int atOnce)
        {
            using var slots = new SemaphoreSlim(atOnce);
            await foreach (var finished in Task.WhenEach(some.Select(InTurn).ToList()))
            {
                var result = await finished;
                results.Add(result);
                result.Show();
            }

            async Task<ProjectResult> InTurn(TestProject project)
            {
                await slots.WaitAsync(cancellation);
                try
                {
                    return await project.Run(servers.Environment, cancellation);
                }
                finally
                {
                    slots.Release();
                }
            }
        }
    }
}
