namespace Platform.Templates.Output.Formats;

/// <summary>Kimi K2: calls in a section of their own, the name with its number before the arguments.</summary>
internal sealed class Kimi : NamedFormat
{
    private const string Begin = "<|tool_calls_section_begin|>", End = "<|tool_calls_section_end|>", CallBegin = "<|tool_call_begin|>", CallEnd = "<|tool_call_end|>", Arguments = "<|tool_call_argument_begin|>";

    public override string Name => "kimi";

    public override IReadOnlyList<string> ShownTokens => [Begin, End, CallBegin, CallEnd, Arguments, "<think>", "</think>"];

    protected override string[] Opening => [Begin + CallBegin, CallBegin];

    protected override string[] AfterName => [Arguments];

    protected override (string Begin, string End, string Before, string Middle, string After, string Between) Writing => (Begin, End, $"{CallBegin}functions.", $":0{Arguments}", CallEnd, "");

    protected override string NameOf(string written)
    {
        var name = written.Trim();
        name = name.StartsWith("functions.", StringComparison.Ordinal) ? name["functions.".Length..] : name;
        var colon = name.LastIndexOf(':');
        return colon > 0 ? name[..colon] : name;
    }

    protected override bool IsOf(string template) => template.Contains(Begin, StringComparison.Ordinal);
}
