using Microsoft.ML.OnnxRuntime;
using Platform.Inference.Onnx;
using Platform.Video.Text;
using Platform.Video.Tokenization;

namespace Platform.Video.Wan;

/// <summary>Prompt → embeddings [length × width], rows after the end token set to zero: the transformer attends to all of them without a mask.</summary>
internal sealed class TextEncoder : IDisposable
{
    private const int CacheSize = 64;

    private readonly WanConfig _config;
    private readonly UnigramTokenizer _tokenizer;
    private readonly OnnxModel _model;
    private readonly string[] _inputs;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, float[]> _cache = [];
    private readonly Queue<string> _oldest = [];

    public TextEncoder(string folder, WanConfig config, OnnxOptions options)
    {
        _config = config;
        _tokenizer = UnigramTokenizer.Load(Path.Combine(folder, "tokenizer", "spiece.model"));
        _model = new(Path.Combine(folder, "text_encoder", "model.onnx"), options);
        var graph = new GraphSignature(_model);
        // the mask first: what is left are the ids, whatever their name
        var mask = _model.Inputs.Count > 1 ? graph.Integers("mask") : null;
        var ids = graph.Integers("ids");
        graph.End();
        graph.Axis(ids, 1, config.TextLength, "max_sequence_length");
        graph.Output("text", 3, 1, config.TextLength);
        _inputs = mask is null ? [ids] : [ids, mask];
    }

    public OnnxModel Model => _model;

    public float[] Encode(string prompt, CancellationToken cancellation)
    {
        var text = PromptText.Clean(prompt);
        lock (_lock)
        {
            if (_cache.TryGetValue(text, out var known)) return known;
        }
        var (ids, mask) = _tokenizer.EncodePadded(text, _config.TextLength);
        long[] shape = [1, _config.TextLength];
        using var idsTensor = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var maskTensor = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using var outputs = _model.Run(_inputs, _inputs.Length == 1 ? [idsTensor] : [idsTensor, maskTensor], [_model.Outputs[0]], cancellation);
        var embeddings = FloatTensor.Read(outputs[0]);
        var width = embeddings.Length / _config.TextLength;
        embeddings.AsSpan((int)mask.Sum() * width).Clear();
        lock (_lock)
        {
            if (_cache.TryAdd(text, embeddings)) _oldest.Enqueue(text);
            if (_oldest.Count > CacheSize) _cache.Remove(_oldest.Dequeue());
        }
        return embeddings;
    }

    public void Dispose() => _model.Dispose();
}
