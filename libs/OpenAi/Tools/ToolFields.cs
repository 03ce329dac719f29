using System.Text.Json;

namespace Platform.OpenAi.Tools;

public enum ToolMode
{
    /// <summary>No calls.</summary>
    None,

    /// <summary>As the model likes.</summary>
    Auto,

    /// <summary>At least one call.</summary>
    Required,

    /// <summary>A call of the one function that is named.</summary>
    Named,
}

/// <summary>A function the model may call.</summary>
/// <param name="Parameters">JSON Schema of its arguments.</param>
/// <param name="Path">Of the schema in the request.</param>
public sealed record ToolDefinition(string Name, JsonElement Parameters, bool Strict, string Path);

/// <summary>The tools of a request and how they may be used.</summary>
/// <param name="Json">JSON array, as a chat template takes it.</param>
/// <param name="Callable">Those that may be called: all, or the ones that <c>tool_choice</c> allows.</param>
/// <param name="Legacy">Whether they came as <c>functions</c>: the answer then has a <c>function_call</c>.</param>
public sealed record ToolFields(string Json, IReadOnlyList<ToolDefinition> Callable, ToolMode Mode, bool Parallel, bool Legacy);
