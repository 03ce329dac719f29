namespace Platform.Templates.Output.Formats;

/// <summary>MiniMax M2: <c>&lt;invoke name="…"&gt;&lt;parameter name="key"&gt;value&lt;/parameter&gt;&lt;/invoke&gt;</c> within <c>&lt;minimax:tool_call&gt;</c>.</summary>
internal sealed class MiniMax : XmlFormat
{
    public override string Name => "minimax-2";

    protected override (string Open, string Close) Marks => ("<minimax:tool_call>\n", "</minimax:tool_call>");

    protected override string Between => "";

    protected override (string Before, string After, string End) Call => ("<invoke name=\"", "\">\n", "</invoke>\n");

    protected override (string Before, string Middle, string After) Argument => ("<parameter name=\"", "\">", "</parameter>\n");

    protected override bool IsOf(string template) => template.Contains("<minimax:tool_call>", StringComparison.Ordinal);
}
