using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using Platform.Inference.Engine;

namespace Platform.LlamaWorker.Models;

/// <summary>Finds control tokens by their text.</summary>
internal sealed class ControlVocabulary(IEngineModel engine)
{
    private readonly ConcurrentDictionary<string, int?> _known = new();

    /// <summary>Those of the texts that are one token in this model.</summary>
    public IReadOnlySet<int> ControlTokens(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0) return FrozenSet<int>.Empty;
        return texts.Take(64).Select(text => _known.Count < 1024 ? _known.GetOrAdd(text, Find) : Find(text)).OfType<int>().ToHashSet();
    }

    private int? Find(string text)
    {
        var tokens = new int[Encoding.UTF8.GetByteCount(text) + 8];
        return engine.Tokenize(Encoding.UTF8.GetBytes(text), tokens, addSpecial: false, parseSpecial: true) == 1 ? tokens[0] : null;
    }
}
