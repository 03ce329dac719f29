using System.Globalization;
using System.Text.Json.Nodes;

namespace Platform.Templates.Tests.Golden;

/// <summary>Chat templates of real models with what the reference engine makes of them; they lie beside the repository.</summary>
internal static class GoldenTemplates
{
    private static readonly Lazy<JsonNode?> Expectations = new(() =>
        Folder is { } folder ? JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))) : null);

    public static string? Folder { get; } = Find();

    public static JsonNode? Expected => Expectations.Value;

    public static string Source(string template) => File.ReadAllText(Path.Combine(Folder!, template));

    public static ChatTemplateInput Input(string scenario)
    {
        var arguments = Expected!["scenarios"]![scenario]!.DeepClone().AsObject();
        JsonNode? Take(string name)
        {
            var value = arguments[name];
            arguments.Remove(name);
            return value;
        }

        return new ChatTemplateInput
        {
            Messages = Take("messages")!,
            Tools = Take("tools"),
            AddGenerationPrompt = Take("add_generation_prompt")!.GetValue<bool>(),
            BosToken = Expected["bos_token"]!.GetValue<string>(),
            EosToken = Expected["eos_token"]!.GetValue<string>(),
            Now = DateTimeOffset.Parse(Expected["strftime_now"]!.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            Arguments = arguments,
        };
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "golden", "templates");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
