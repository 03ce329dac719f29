namespace Platform.Templates.Output.Formats;

/// <summary>For templates that know nothing of tools: the conversation tells of them, and the model answers with bare JSON objects.</summary>
internal class PlainJson : EnvelopeFormat
{
    public override string Name => "json";

    public override IReadOnlyList<string> ShownTokens => ["<think>", "</think>"];

    public override bool TellsTools => false;

    protected override string[] Opening => ["{\"name\""];

    protected override bool OpensObject => true;

    protected override (string Before, string After, string Between) Writing => ("", "", "\n");

    protected override bool IsOf(string template) => true;
}
