using Microsoft.ML.OnnxRuntime;
using Platform.Inference.Onnx;
using Platform.Video.Text;
using Platform.Video.Tokenization;

namespace Platform.Video.Wan;

/// <summary>Prompt → embeddings [length × width], rows after the end token set to zero: the transformer attends to all of them without a mask.</summary>
internal sealed class TextEncoder(string folder, WanConfig config, OnnxOptions options) : IDisposable
{
    private const int CacheSize = 64;

    private readonly UnigramTokenizer _tokenizer = UnigramTokenizer.Load(Path.Combine(folder, "tokenizer", "spiece.model"));
    private readonly OnnxModel _model = new(Path.Combine(folder, "text_encoder", "model.onnx"), options);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, float[]> _cache = [];
    private readonly Queue<string> _oldest = [];

    public OnnxModel Model => _model;

    public float[] Encode(string prompt, CancellationToken cancellation)
    {
        var text = PromptText.Clean(prompt);
        lock (_lock)
        {
            if (_cache.TryGetValue(text, out var known)) return known;
        }
        var (ids, mask) = _tokenizer.EncodePadded(text, config.TextLength);
        long[] shape = [1, config.TextLength];
        using var idsTensor = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var maskTensor = OrtValue.CreateTensorValueFromMemory(mask, shape);
        OrtValue[] inputs = _model.Inputs.Count == 1 ? [idsTensor] : [idsTensor, maskTensor];
        using var outputs = _model.Run([.. _model.Inputs.Take(inputs.Length)], inputs, [_model.Outputs[0]], cancellation);
        var embeddings = FloatTensor.Read(outputs[0]);
        var width = embeddings.Length / config.TextLength;
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
