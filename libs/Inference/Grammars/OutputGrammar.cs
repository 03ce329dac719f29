using System.Text;
using Platform.Contracts.Runs;
using Platform.Grammars;

namespace Platform.Inference.Grammars;

/// <summary>What the choices of a generation keep to, compiled once for all of them.</summary>
public sealed class OutputGrammar
{
    private OutputGrammar(Grammar grammar, byte[][] triggers, IReadOnlySet<int> shown) => (Grammar, Triggers, Shown) = (grammar, triggers, shown);

    internal Grammar Grammar { get; }

    internal byte[][] Triggers { get; }

    /// <summary>Control tokens that may be drawn; their text counts.</summary>
    internal IReadOnlySet<int> Shown { get; }

    /// <param name="shown">Control tokens that may be drawn; their text counts.</param>
    /// <exception cref="GrammarException">The grammar can't be used.</exception>
    public static OutputGrammar Compile(OutputConstraint constraint, IReadOnlySet<int> shown) =>
        new(Grammar.Parse(constraint.Grammar), [.. constraint.Triggers.Where(trigger => trigger.Length > 0).Select(Encoding.UTF8.GetBytes)], shown);
}
