using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Platform.OpenAi.Tests;

/// <summary>Exchanges recorded with OpenAI's own service.</summary>
internal static class Recordings
{
    /// <summary>The first exchange of a recording; skips the test where the recordings are not there.</summary>
    public static JsonElement Exchange(string name) => Exchanges(name)[0];

    /// <summary>All exchanges of a recording, in their order.</summary>
    public static JsonElement Exchanges(string name)
    {
        var file = Path.Combine(Folder(), $"{name}.json");
        Assert.SkipUnless(File.Exists(file), "the recorded exchanges are not there");
        return JsonDocument.Parse(File.ReadAllText(file)).RootElement;
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../shared/golden/openai-recordings"));
}
