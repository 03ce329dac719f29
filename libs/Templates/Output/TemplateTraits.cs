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
    private static readonly string[] Switches = ["enable_thinking", "thinking_mode", "thinking", "reasoning_effort", "reasoning_strength"];

    /// <summary>What the switch takes; null: true or false, or there is none.</summary>
    public EffortWords? Words { get; init; }

    public static TemplateTraits Of(string source, ChatTemplate template)
    {
        var format = OutputFormat.Of(source);
        if (!format.ThinksIn(source)) return new TemplateTraits(format, null, Thinks: false, default);
        var name = Switches.FirstOrDefault(candidate => Regex.IsMatch(source, $@"(?<![\w'""<|/.]){candidate}(?![\w>])\s*(is |==|\)|%|\||and|or|else|-?%|-?\}}|!=)"));
        var words = name is "reasoning_effort" or "thinking_mode" or "reasoning_strength" ? EffortWords.Of(source, word => Rendered(template, name, word) is not null) : null;
        var open = format.Thinking!.Value.Open; // it thinks
        bool Opens(JsonNode? value) => (Rendered(template, name, value) ?? "").TrimEnd().EndsWith(open.Trim(), StringComparison.Ordinal);
        var opens = (Opens(null), Opens(words is null ? true : words.High), Opens(words is null ? false : words.Off ?? words.Low));
        return new TemplateTraits(format, name, Thinks: true, opens) { Words = words };
    }

    /// <summary>Null: the template refuses.</summary>
    private static string? Rendered(ChatTemplate template, string? name, JsonNode? value)
    {
        try
        {
            var arguments = new JsonObject();
            if (name is not null && value is not null) arguments[name] = value;
            return template.Render(new ChatTemplateInput { Messages = JsonNode.Parse("""[{"role":"user","content":"a"}]""")!, Arguments = arguments }); // it is a JSON array
        }
        catch (TemplateException)
        {
            return null;
        }
    }
}

/// <summary>The words in which a template's switch is told of an effort.</summary>
/// <param name="Off">Null: the model can't do without thinking.</param>
public sealed record EffortWords(string? Off, string Low, string Medium, string High)
{
    /// <param name="isTaken">Whether the template renders with a word.</param>
    internal static EffortWords Of(string source, Func<string, bool> isTaken)
    {
        bool IsNamed(string word) => Regex.IsMatch(source, $"(['\"]){word}\\1") && isTaken(word);
        var off = ((string[])["none", "no_think", "disabled"]).FirstOrDefault(IsNamed);
        if (IsNamed("enabled")) return new EffortWords(off, "enabled", "enabled", "enabled");
        return new EffortWords(off, isTaken("low") ? "low" : "high", isTaken("medium") ? "medium" : "high", "high");
    }
}
