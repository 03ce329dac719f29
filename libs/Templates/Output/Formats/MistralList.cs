namespace Platform.Templates.Output.Formats;

/// <summary>Mistral's tokenizers up to version 7: <c>[TOOL_CALLS]</c> and a JSON list of calls.</summary>
internal sealed class MistralList : EnvelopeFormat
{
    public override string Name => "mistral";

    public override IReadOnlyList<string> ShownTokens => ["[TOOL_CALLS]", "[THINK]", "[/THINK]"];

    public override (string Open, string Close)? Thinking => ("[THINK]", "[/THINK]");

    protected override string[] Opening => ["[TOOL_CALLS]"];

    protected override (string Before, string After, string Between) Writing => ("[TOOL_CALLS][", "]", ", ");

    /// <summary>Its templates demand ids of nine letters.</summary>
    public override string CallId(OutputContext context, int index) => Letters(context, index, 9);

    protected override bool IsOf(string template) => template.Contains("[TOOL_CALLS]", StringComparison.Ordinal);
}
