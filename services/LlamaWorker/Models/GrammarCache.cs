using System.Text;
using Platform.Contracts.Runs;
using Platform.Grammars;
using Platform.Inference.Grammars;

namespace Platform.LlamaWorker.Models;

/// <summary>The grammars used last, compiled.</summary>
internal sealed class GrammarCache
{
    private const int Kept = 64;

    private readonly Lock _gate = new();
    private readonly LinkedList<(string Key, OutputGrammar Grammar)> _recent = new();

    /// <exception cref="GrammarException">The grammar can't be used.</exception>
    public OutputGrammar Of(OutputConstraint constraint, IReadOnlySet<int> shown)
    {
        var key = new StringBuilder(constraint.Grammar).Append('\0').AppendJoin('\0', constraint.Triggers).Append('\0').AppendJoin(',', shown.Order()).ToString();
        lock (_gate)
        {
            for (var entry = _recent.First; entry is not null; entry = entry.Next)
            {
                if (entry.Value.Key != key) continue;
                _recent.Remove(entry);
                _recent.AddFirst(entry);
                return entry.Value.Grammar;
            }
        }

        var compiled = OutputGrammar.Compile(constraint, shown);
        lock (_gate)
        {
            _recent.AddFirst((key, compiled));
            if (_recent.Count > Kept) _recent.RemoveLast();
        }

        return compiled;
    }
}
