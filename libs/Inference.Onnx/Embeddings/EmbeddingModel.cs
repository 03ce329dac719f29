using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Platform.Inference.Onnx.Tokenization;

namespace Platform.Inference.Onnx.Embeddings;

/// <summary>How a model's token vectors become one.</summary>
public enum Pooling { Mean, First, Last }

/// <summary>A text embedding model: a BERT-like graph, its tokenizer, and the pooling that makes one vector of unit length of a sequence.</summary>
public sealed class EmbeddingModel : IEmbeddingModel
{
    private const string Ids = "input_ids", Mask = "attention_mask", Types = "token_type_ids";

    private readonly OnnxModel _graph;
    private readonly Pooling _pooling;
    private readonly string[] _inputs, _outputs;

    /// <param name="path">The graph: token ids and mask (and types) in, a vector a token out.</param>
    /// <exception cref="InvalidDataException">A file is not what it should be.</exception>
    public EmbeddingModel(string path, WordPiece tokenizer, Pooling pooling, OnnxOptions options)
    {
        (Tokenizer, _pooling) = (tokenizer, pooling);
        _graph = new(path, options);
        _inputs = [.. new[] { Ids, Mask, Types }.Where(_graph.Inputs.Contains)];
        _outputs = [_graph.Outputs[0]];
        if (_inputs is [Ids, Mask, ..] && _graph.OutputDimensions(_outputs[0]) is [_, _, > 0 and var dimensions])
        {
            Dimensions = dimensions;
            return;
        }

        _graph.Dispose();
        throw new InvalidDataException($"'{path}' is no graph from {Ids} and {Mask} [batch, sequence] to [batch, sequence, dimensions].");
    }

    public WordPiece Tokenizer { get; }

    public int Vocabulary => Tokenizer.Size;

    /// <summary>Length of a vector.</summary>
    public int Dimensions { get; }

    public float[] Embed(IReadOnlyList<int[]> sequences, CancellationToken cancellation)
    {
        var (rows, width) = (sequences.Count, sequences.Max(sequence => sequence.Length));
        var (ids, mask) = (new long[rows * width], new long[rows * width]);
        for (var row = 0; row < rows; row++)
        {
            TensorPrimitives.ConvertChecked<int, long>(sequences[row], ids.AsSpan(row * width));
            mask.AsSpan(row * width, sequences[row].Length).Fill(1);
        }

        long[] shape = [rows, width];
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var real = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[rows * width], shape);
        using var outputs = _graph.Run(_inputs, _inputs.Length == 3 ? [tokens, real, types] : [tokens, real], _outputs, cancellation);
        return Pool(outputs[0], sequences, width);
    }

    public int[] Encode(string text, int most) => Tokenizer.Encode(text, most);

    public int[] Frame(ReadOnlySpan<int> tokens) => Tokenizer.Frame(tokens);

    public int[] Cut(ReadOnlySpan<int> tokens, int most) => [.. tokens[..(most - 1)], Tokenizer.End];

    public void Dispose() => _graph.Dispose();

    private float[] Pool(OrtValue states, IReadOnlyList<int[]> sequences, int width)
    {
        var all = FloatTensor.Read(states);
        var vectors = new float[sequences.Count * Dimensions];
        for (var row = 0; row < sequences.Count; row++)
        {
            var vector = vectors.AsSpan(row * Dimensions, Dimensions);
            Pool(all.AsSpan(row * width * Dimensions, sequences[row].Length * Dimensions), vector);
            UnitVector.Normalize(vector);
        }

        return vectors;
    }

    /// <param name="states">A vector a token, padding left out.</param>
    private void Pool(ReadOnlySpan<float> states, Span<float> vector)
    {
        switch (_pooling)
        {
            case Pooling.First:
                states[..Dimensions].CopyTo(vector);
                break;
            case Pooling.Last:
                states[^Dimensions..].CopyTo(vector);
                break;
            default: // the sum: the mean points the same way
                for (; states.Length > 0; states = states[Dimensions..]) TensorPrimitives.Add(vector, states[..Dimensions], vector);
                break;
        }
    }
}
