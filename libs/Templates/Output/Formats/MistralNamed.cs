namespace Platform.Templates.Output.Formats;

/// <summary>Mistral's tokenizers from version 11 on: <c>[TOOL_CALLS]name[ARGS]{…}</c>.</summary>
internal sealed class MistralNamed : NamedFormat
{
    public override string Name => "mistral-args";

    public override IReadOnlyList<string> ShownTokens => ["[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "[THINK]", "[/THINK]"];

    public override (string Open, string Close)? Thinking => ("[THINK]", "[/THINK]");

    protected override string[] Opening => ["[TOOL_CALLS]"];

    protected override string[] AfterName => ["[ARGS]", "{"];

    protected override (string Begin, string End, string Before, string Middle, string After, string Between) Writing => ("", "", "[TOOL_CALLS]", "[ARGS]", "", "");

    public override string CallId(OutputContext context, int index) => Letters(context, index, 9);

    protected override string NameOf(string written) => written.Split("[CALL_ID]")[0].Trim();

    protected override bool IsOf(string template) => template.Contains("[TOOL_CALLS]", StringComparison.Ordinal) && template.Contains("[ARGS]", StringComparison.Ordinal);
}
