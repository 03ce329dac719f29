using Platform.Grammars;

namespace Platform.Templates.Output.Formats;

/// <summary>Cohere's Command R7B and those after it: a JSON list of numbered calls between marks, each with <c>tool_name</c> and <c>parameters</c>.</summary>
internal sealed class Command : EnvelopeFormat
{
    private const string ActionBegin = "<|START_ACTION|>", ActionEnd = "<|END_ACTION|>", ThinkingBegin = "<|START_THINKING|>", ThinkingEnd = "<|END_THINKING|>";

    public override string Name => "command";

    public override IReadOnlyList<string> ShownTokens => [ActionBegin, ActionEnd, ThinkingBegin, ThinkingEnd];

    public override (string Open, string Close)? Thinking => (ThinkingBegin, ThinkingEnd);

    protected override string[] Opening => [ActionBegin];

    protected override string Close => ActionEnd;

    protected override (string Before, string After, string Between) Writing => ($"{ActionBegin}[\n    ", $"\n]{ActionEnd}", ",\n    ");

    protected override string Head(string name) => $"{GrammarText.Literal("{\"tool_call_id\": \"")} [0-9]+ {GrammarText.Literal($"\", \"tool_name\": {GrammarText.Json(name)}, \"parameters\": ")}";

    protected override bool IsOf(string template) => template.Contains(ActionBegin, StringComparison.Ordinal);
}
