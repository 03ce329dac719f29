using System.Runtime.InteropServices;
using Platform.Contracts.Embeddings;

namespace Platform.Gateway.Embeddings;

/// <summary>The parts of an answer, put together; one that comes twice counts once.</summary>
internal sealed class CollectedVectors(int inputs)
{
    private readonly bool[] _there = new bool[inputs];
    private int _made;

    public float[] Vectors { get; private set; } = [];
    public int Dimensions { get; private set; }
    public int PromptTokens { get; private set; }

    /// <summary>True once every input has its vector.</summary>
    public bool Take(EmbeddingAnswer part)
    {
        if (Vectors.Length == 0) (Vectors, Dimensions, PromptTokens) = (new float[_there.Length * part.Dimensions], part.Dimensions, part.PromptTokens);
        var vectors = MemoryMarshal.Cast<byte, float>(part.Vectors);
        vectors.CopyTo(Vectors.AsSpan(part.From * Dimensions));
        for (var i = part.From; i < part.From + (vectors.Length / Dimensions); i++)
        {
            if (!_there[i]) _made++;
            _there[i] = true;
        }

        return _made == _there.Length;
    }
}
