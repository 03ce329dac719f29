namespace Platform.Contracts.Runs;

/// <summary>A grammar that the output keeps to. It was compiled once by the gateway, so a worker may rely on it.</summary>
/// <param name="Grammar">GBNF; the start symbol is <c>root</c>.</param>
/// <param name="Triggers">Not empty: the output is free until one of these texts occurs, and the grammar applies from where that text begins.</param>
public sealed record OutputConstraint(string Grammar, IReadOnlyList<string> Triggers);
