using System.Text.Json;

namespace Platform.Templates.Output;

/// <summary>A function the model may call.</summary>
/// <param name="Parameters">JSON Schema of its arguments.</param>
public sealed record Tool(string Name, JsonElement Parameters);

/// <summary>Which functions may be called, and how often.</summary>
/// <param name="Required">At least one call, and nothing else than calls.</param>
/// <param name="Parallel">More than one call.</param>
public sealed record ToolUse(IReadOnlyList<Tool> Tools, bool Required, bool Parallel);

/// <summary>Whether a choice thinks aloud first.</summary>
public enum Thinks
{
    No,

    /// <summary>If it likes.</summary>
    Maybe,

    /// <summary>The prompt has opened the thinking already.</summary>
    Opened,
}

/// <summary>A grammar for calls.</summary>
/// <param name="Gbnf">Start symbol <c>root</c>.</param>
/// <param name="Triggers">Not empty: the grammar holds from where one of these texts begins.</param>
public sealed record ToolGrammar(string Gbnf, IReadOnlyList<string> Triggers);

/// <summary>How one choice begins.</summary>
/// <param name="GenerationId">Ids of calls follow from it, so that they are the same wherever the text is read again.</param>
/// <param name="Thinks">The prompt has opened the model's thinking already.</param>
/// <param name="Tools">Functions the model was told of; empty: what looks like a call is content.</param>
public sealed record OutputContext(string GenerationId, int Choice, bool Thinks, IReadOnlyList<Tool> Tools);
