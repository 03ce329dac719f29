namespace Platform.Inference.Onnx.Embeddings;

/// <summary>An embedding model with its tokenizer.</summary>
public interface IEmbeddingModel : IEmbedder, IDisposable
{
    /// <summary>Tokens there are: ids are below this.</summary>
    int Vocabulary { get; }

    /// <summary>The tokens of a text, with the marks the model wants; of a long text at least <paramref name="most"/> of them.</summary>
    int[] Encode(string text, int most);

    /// <summary>Tokens a client has made, with those marks of the model that are missing.</summary>
    int[] Frame(ReadOnlySpan<int> tokens);

    /// <summary>The tokens of a query and a document to be ranked for it.</summary>
    /// <exception cref="NotSupportedException">The model makes vectors.</exception>
    int[] Pair(string query, string document) => throw new NotSupportedException("The model makes vectors and can't rank.");

    /// <summary>Cuts a sequence to so many tokens, its end mark included.</summary>
    int[] Cut(ReadOnlySpan<int> tokens, int most);
}
