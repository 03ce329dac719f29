using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Grains.Pools;
using Platform.Templates;
using Platform.Templates.Output;

namespace Platform.LlamaWorker.Models;

/// <summary>Finds out from a chat template, and from what it makes of a short conversation, how its model thinks and calls.</summary>
internal static partial class TemplateTraits
{
    private static readonly string[] Switches = ["enable_thinking", "thinking", "reasoning_effort"];

    public static ModelTraits Of(string source, ChatTemplate template)
    {
        var format = OutputFormat.Of(source);
        var name = Switches.FirstOrDefault(candidate => Regex.IsMatch(source, $@"(?<![\w'""<|/.]){candidate}(?![\w>])\s*(is |==|\)|%|\||and|or|else|-?%|-?\}}|!=)"));
        var marks = format.Thinking;
        var thinks = marks is { } pair && (source.Contains(pair.Close, StringComparison.Ordinal) || format.Name == "harmony");
        bool Opens(bool? on) => marks is { } mark && Rendered(template, name, on).TrimEnd().EndsWith(mark.Open, StringComparison.Ordinal);
        return new ModelTraits(format.Name, thinks ? name : null, thinks, thinks ? new ThinkingOpened(Opens(null), Opens(true), Opens(false)) : default);
    }

    private static string Rendered(ChatTemplate template, string? name, bool? on)
    {
        try
        {
            var arguments = new JsonObject();
            if (name is not null && on is { } value) arguments[name] = name == "reasoning_effort" ? JsonValue.Create(value ? "high" : "low") : JsonValue.Create(value);
            return template.Render(new ChatTemplateInput { Messages = JsonNode.Parse("""[{"role":"user","content":"a"}]""")!, Arguments = arguments }); // it is a JSON array
        }
        catch (TemplateException)
        {
            return "";
        }
    }
}
