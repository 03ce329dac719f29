namespace Platform.Templates.Output.Formats;

/// <summary>DeepSeek R1 and V3: calls between full-width marks, the name after or before a separator.</summary>
internal sealed class DeepSeek : NamedFormat
{
    private const string CallsBegin = "<｜tool▁calls▁begin｜>", CallsEnd = "<｜tool▁calls▁end｜>", CallBegin = "<｜tool▁call▁begin｜>", CallEnd = "<｜tool▁call▁end｜>", Separator = "<｜tool▁sep｜>";

    public override string Name => "deepseek";

    public override IReadOnlyList<string> ShownTokens => [CallsBegin, CallsEnd, CallBegin, CallEnd, Separator, "<think>", "</think>"];

    protected override string[] Opening => [CallsBegin + CallBegin, CallBegin];

    protected override string[] AfterName => ["{"];

    protected override (string Begin, string End, string Before, string Middle, string After, string Between) Writing =>
        (CallsBegin, CallsEnd, $"{CallBegin}function{Separator}", "\n```json\n", $"\n```{CallEnd}", "\n");

    /// <summary>R1 writes <c>function｜sep｜name</c> and a fenced block, V3.1 the name and <c>｜sep｜</c>.</summary>
    protected override string NameOf(string written)
    {
        var parts = written.Split(Separator);
        var name = parts.Length > 1 && parts[0].Trim() == "function" ? parts[1] : parts[0];
        return name.Split("```")[0].Trim();
    }

    protected override bool IsOf(string template) => template.Contains("tool▁calls▁begin", StringComparison.Ordinal);
}
