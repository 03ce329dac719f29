namespace Platform.Templates.Output.Formats;

/// <summary>Models that write all their calls, JSON objects with a name and arguments, between two marks.</summary>
/// <param name="sign">What only their templates hold.</param>
/// <param name="writing">What stands between the marks and the calls, and between two calls.</param>
internal sealed class MarkedCalls(string name, string sign, (string Open, string Close) marks, (string Before, string After, string Between) writing) : EnvelopeFormat
{
    public override string Name => name;

    public override IReadOnlyList<string> ShownTokens => [marks.Open, marks.Close, Thoughts.Open, Thoughts.Close];

    public override (string Open, string Close)? Thinking => Thoughts;

    /// <summary>The marks of its thinking.</summary>
    public (string Open, string Close) Thoughts { get; init; } = ("<think>", "</think>");

    protected override string[] Opening => [marks.Open];

    protected override string Close => marks.Close;

    protected override (string Before, string After, string Between) Writing => (marks.Open + writing.Before, writing.After + marks.Close, writing.Between);

    protected override bool IsOf(string template) => template.Contains(sign, StringComparison.Ordinal);
}
