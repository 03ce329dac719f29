namespace Platform.Templates.Output.Formats;

/// <summary>Models whose thinking has marks of its own: they are told of tools in the conversation and call with bare JSON objects.</summary>
internal sealed class OtherThinking(string name, string open, string close) : PlainJson
{
    public override string Name => name;

    public override IReadOnlyList<string> ShownTokens => [open, close, .. Parts];

    public override (string Open, string Close)? Thinking => (open, close);

    /// <summary>Control tokens within the marks.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    protected override bool IsOf(string template) => template.Contains(close, StringComparison.Ordinal);
}
