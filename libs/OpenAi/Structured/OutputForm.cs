using System.Text.Json;

namespace Platform.OpenAi.Structured;

/// <summary>What an answer has to look like.</summary>
/// <param name="Param">The field that asks for it.</param>
public abstract record OutputForm(string Param)
{
    /// <summary>Some JSON object.</summary>
    public sealed record JsonObject(string Param) : OutputForm(Param);

    /// <summary>An instance of a JSON Schema.</summary>
    public sealed record Schema(JsonElement Json, string Param) : OutputForm(Param);

    /// <summary>A text of a grammar in GBNF.</summary>
    public sealed record Gbnf(string Grammar, string Param) : OutputForm(Param);

    /// <summary>A text that a regular expression matches as a whole.</summary>
    public sealed record Pattern(string Expression, string Param) : OutputForm(Param);

    /// <summary>One of some texts.</summary>
    public sealed record OneOf(IReadOnlyList<string> Texts, string Param) : OutputForm(Param);
}
