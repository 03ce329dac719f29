namespace Platform.Templates.Output.Formats;

/// <summary>Hermes, Qwen and those after them: a JSON object between <c>&lt;tool_call&gt;</c> and <c>&lt;/tool_call&gt;</c>.</summary>
internal sealed class Hermes : EnvelopeFormat
{
    public override string Name => "hermes";

    public override IReadOnlyList<string> ShownTokens => ["<tool_call>", "</tool_call>", "<think>", "</think>"];

    protected override string[] Opening => ["<tool_call>"];

    protected override (string Before, string After, string Between) Writing => ("<tool_call>\n", "\n</tool_call>", "\n</tool_call>\n<tool_call>\n");

    protected override bool IsOf(string template) => template.Contains("<tool_call>", StringComparison.Ordinal);
}
