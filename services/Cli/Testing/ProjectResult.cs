using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Testing;

/// <summary>What came of one test project. A crash, a report that is missing and a project without tests count as one failure each.</summary>
internal sealed record ProjectResult(string Project, int Passed, int Failed, int Skipped, string Failure, TimeSpan Took)
{
    /// <summary>Names of the tests that failed, as far as there is a report.</summary>
    public IReadOnlyList<string> FailedTests { get; init; } = [];

    public static ProjectResult Broken(string project, string failure, TimeSpan took) => new(project, 0, 1, 0, failure, took);

    /// <param name="report">xunit's XML report, which a crashed executable has not written.</param>
    public static ProjectResult Read(string project, string report, int exitCode, string output, TimeSpan took)
    {
        int passed = 0, failed = 0, skipped = 0;
        List<string> failedTests;
        try
        {
            var document = XDocument.Load(report);
            failedTests = [.. document.Descendants("test").Where(test => (string?)test.Attribute("result") == "Fail").Select(test => (string?)test.Attribute("name") ?? "a test without a name")];
            foreach (var assembly in document.Root!.Elements("assembly"))
            {
                passed += Count(assembly, "passed");
                failed += Count(assembly, "failed") + Count(assembly, "errors");
                skipped += Count(assembly, "skipped") + Count(assembly, "not-run");
            }
        }
        catch (Exception e) when (e is IOException or XmlException)
        {
            return Broken(project, $"{output}\n{project} ended with exit code {exitCode} and without a report.", took);
        }

        if (passed + failed + skipped == 0) return Broken(project, $"{output}\n{project} holds no test.", took);
        // a crash after the report, say while the process shut down
        if (exitCode != 0 && failed == 0) (failed, output) = (1, $"{output}\n{project} ended with exit code {exitCode}.");
        return new ProjectResult(project, passed, failed, skipped, failed > 0 ? output : "", took) { FailedTests = failedTests };
    }

    public void Show()
    {
        var figures = $"{Passed} passed{(Failed > 0 ? $", {Failed} failed" : "")}{(Skipped > 0 ? $", {Skipped} skipped" : "")}";
        Screen.Out.MarkupLine($"{(Failed > 0 ? "[red]✗[/]" : "[green]✓[/]")} {Project.EscapeMarkup(),-24} {figures,-28} [dim]{Screen.Duration(Took)}[/]");
        if (Failed > 0) Screen.Raw(Failure.TrimEnd() + "\n");
    }

    private static int Count(XElement assembly, string attribute) => int.Parse(assembly.Attribute(attribute)?.Value ?? "0", CultureInfo.InvariantCulture);
}
