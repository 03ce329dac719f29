namespace Platform.Templates.Output.Formats;

/// <summary>Llama 3.1 to 3.3: a bare JSON object with <c>parameters</c>, perhaps after <c>&lt;|python_tag|&gt;</c>.</summary>
internal sealed class Llama3 : EnvelopeFormat
{
    public override string Name => "llama3";

    public override IReadOnlyList<string> ShownTokens => ["<|python_tag|>"];

    public override (string Open, string Close)? Thinking => null;

    protected override string[] Opening => ["{\"name\""];

    protected override bool OpensObject => true;

    protected override string ArgumentsKey => "parameters";

    protected override (string Before, string After, string Between) Writing => ("", "", "; ");

    protected override bool IsOf(string template) =>
        template.Contains("\"parameters\": ", StringComparison.Ordinal) && template.Contains("<|start_header_id|>", StringComparison.Ordinal) && template.Contains("tools", StringComparison.Ordinal);
}
