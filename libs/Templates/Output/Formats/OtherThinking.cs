namespace Platform.Templates.Output.Formats;

/// <summary>Models whose thinking has marks of its own: they are told of tools in the conversation and call with bare JSON objects.</summary>
internal sealed class OtherThinking(string name, string open, string close) : PlainJson
{
    public override string Name => name;

    public override IReadOnlyList<string> ShownTokens => [open, close, .. Parts];

    public override (string Open, string Close)? Thinking => (open, close);

    /// <summary>What a template shows the format by; null: the mark that ends the thinking.</summary>
    public string? Sign { get; init; }

    /// <summary>Control tokens within the marks.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    public override bool ThinksIn(string template) => true;

    protected override bool IsOf(string template) => template.Contains(Sign ?? close, StringComparison.Ordinal);
}
