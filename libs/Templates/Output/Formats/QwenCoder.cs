namespace Platform.Templates.Output.Formats;

/// <summary>Qwen3-Coder and Qwen 3.5: <c>&lt;function=name&gt;&lt;parameter=key&gt;value&lt;/parameter&gt;&lt;/function&gt;</c> within <c>&lt;tool_call&gt;</c>.</summary>
internal sealed class QwenCoder : XmlFormat
{
    public override string Name => "qwen-coder";

    protected override (string Before, string After, string End) Call => ("\n<function=", ">\n", "</function>\n");

    protected override (string Before, string Middle, string After) Argument => ("<parameter=", ">\n", "\n</parameter>\n");

    protected override bool IsOf(string template) => template.Contains("<function=", StringComparison.Ordinal) && template.Contains("<tool_call>", StringComparison.Ordinal);
}
