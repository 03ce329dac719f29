using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Scenarios.Tests.Architecture;

/// <summary>The API reference numbers the behaviours that break look-alikes; each has a test whose summary names its number.</summary>
public partial class NumberedBehaviourTests
{
    [Fact]
    public void Every_numbered_behaviour_has_a_test()
    {
        var named = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "tests"), "*.cs", SearchOption.AllDirectories).SelectMany(file => Numbers().Matches(File.ReadAllText(file)))
            .SelectMany(match => match.Groups.Values.Skip(1).Where(group => group.Success)).Select(group => int.Parse(group.Value, CultureInfo.InvariantCulture));
        Assert.Empty(Enumerable.Range(1, 50).Except(named));
    }

    [GeneratedRegex(@"<summary>Behaviours? (\d+)(?: and (\d+))?")]
    private static partial Regex Numbers();
}
