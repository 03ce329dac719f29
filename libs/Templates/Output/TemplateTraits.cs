using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Platform.Templates.Output;

/// <summary>How a model thinks and calls, as its chat template tells, and what that makes of a short conversation.</summary>
/// <param name="Format">How it writes thinking and calls.</param>
/// <param name="ThinkingSwitch">Template variable that switches its thinking, or null.</param>
/// <param name="Thinks">Whether it may think aloud at all.</param>
/// <param name="OpensThinking">Whether the prompt itself opens the thinking: by default, switched on, switched off.</param>
public sealed record TemplateTraits(OutputFormat Format, string? ThinkingSwitch, bool Thinks, (bool ByDefault, bool On, bool Off) OpensThinking)
{
    private static readonly string[] Switches = ["enable_thinking", "thinking", "reasoning_effort"];

    public static TemplateTraits Of(string source, ChatTemplate template)
    {
        var format = OutputFormat.Of(source);
        var name = Switches.FirstOrDefault(candidate => Regex.IsMatch(source, $@"(?<![\w'""<|/.]){candidate}(?![\w>])\s*(is |==|\)|%|\||and|or|else|-?%|-?\}}|!=)"));
        var marks = format.Thinking;
        var thinks = marks is { } pair && (source.Contains(pair.Close, StringComparison.Ordinal) || format.Name == "harmony");
        bool Opens(bool? on) => marks is { } mark && Rendered(template, name, on).TrimEnd().EndsWith(mark.Open, StringComparison.Ordinal);
        return new TemplateTraits(format, thinks ? name : null, thinks, thinks ? (Opens(null), Opens(true), Opens(false)) : default);
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
