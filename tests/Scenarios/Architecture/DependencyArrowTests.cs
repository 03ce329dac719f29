using System.Xml.Linq;

namespace Platform.Scenarios.Tests.Architecture;

public sealed class DependencyArrowTests
{
    private static readonly string Root = RepositoryRoot.Find();

    /// <summary>Every project outside the tests by its folder, and the folders of those it references.</summary>
    private static readonly Dictionary<string, string[]> References = Directory
        .EnumerateFiles(Path.Combine(Root, "libs"), "*.csproj", SearchOption.AllDirectories)
        .Concat(Directory.EnumerateFiles(Path.Combine(Root, "services"), "*.csproj", SearchOption.AllDirectories))
        .ToDictionary(FolderOf, project => XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => FolderOf(Path.GetFullPath((string)reference.Attribute("Include")!, Path.GetDirectoryName(project)!))).ToArray());

    [Fact]
    public void The_projects_are_found() => Assert.Contains("libs/Contracts", References["services/Gateway"]);

    [Fact]
    public void Services_never_reference_services() =>
        Assert.DoesNotContain(Arrows("services/"), arrow => arrow.From != "services/AllInOne" && arrow.To.StartsWith("services/", StringComparison.Ordinal));

    [Fact]
    public void Libraries_never_reference_services() =>
        Assert.DoesNotContain(Arrows("libs/"), arrow => !arrow.To.StartsWith("libs/", StringComparison.Ordinal));

    [Fact]
    public void Contracts_reference_nothing()
    {
        Assert.Empty(References["libs/Contracts"]);
        Assert.Empty(XDocument.Load(Path.Combine(Root, "libs/Contracts/Contracts.csproj")).Descendants("PackageReference"));
    }

    [Fact]
    public void Nothing_that_runs_references_a_test() =>
        Assert.DoesNotContain(Arrows(""), arrow => arrow.To.StartsWith("tests/", StringComparison.Ordinal));

    private static IEnumerable<(string From, string To)> Arrows(string from) =>
        References.Where(project => project.Key.StartsWith(from, StringComparison.Ordinal)).SelectMany(project => project.Value.Select(to => (project.Key, to)));

    private static string FolderOf(string project) => Path.GetRelativePath(Root, Path.GetDirectoryName(project)!).Replace('\\', '/');
}
