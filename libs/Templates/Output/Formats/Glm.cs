namespace Platform.Templates.Output.Formats;

/// <summary>GLM 4.5 and later: the name, then <c>&lt;arg_key&gt;</c> and <c>&lt;arg_value&gt;</c> pairs, within <c>&lt;tool_call&gt;</c>.</summary>
internal sealed class Glm : XmlFormat
{
    public override string Name => "glm";

    protected override (string Before, string After, string End) Call => ("", "\n", "");

    protected override (string Before, string Middle, string After) Argument => ("<arg_key>", "</arg_key>\n<arg_value>", "</arg_value>\n");

    protected override bool IsOf(string template) => template.Contains("<arg_key>", StringComparison.Ordinal);
}
