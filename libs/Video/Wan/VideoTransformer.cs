using Microsoft.ML.OnnxRuntime;
using Platform.Inference.Onnx;

namespace Platform.Video.Wan;

/// <summary>The diffusion transformer: latents, timestep and text → velocity. Inputs are taken by place, so that exports may name them as they like.</summary>
internal sealed class VideoTransformer : IDisposable
{
    private readonly OnnxModel _model;
    private readonly string _latents, _timestep, _text;

    public VideoTransformer(string path, OnnxOptions options)
    {
        _model = new(path, options);
        if (_model.Inputs.Count < 3) throw new InvalidDataException($"The transformer '{path}' needs three inputs (latents, timestep, text embeddings) and has {_model.Inputs.Count}.");
        _latents = _model.Inputs.First(i => _model.Dimensions(i).Length == 5);
        _timestep = _model.Inputs.First(i => i.Contains("timestep", StringComparison.Ordinal));
        _text = _model.Inputs.First(i => i != _latents && i != _timestep && _model.Dimensions(i).Length == 3);
        PerToken = _model.Dimensions(_timestep).Length == 2;
    }

    public OnnxModel Model => _model;

    /// <summary>Whether the timestep is [batch, tokens] rather than [batch].</summary>
    public bool PerToken { get; }

    /// <param name="latents">[batch × channels × frames × height × width].</param>
    /// <param name="timesteps">One, or one per token: the same for every batch entry.</param>
    /// <param name="text">[batch × length × width].</param>
    /// <returns>Velocity, [batch × output channels × frames × height × width].</returns>
    public float[] Run(float[] latents, int batch, LatentShape shape, float[] timesteps, float[] text, int textLength, CancellationToken cancellation)
    {
        var repeated = new float[batch * timesteps.Length];
        for (var i = 0; i < batch; i++) timesteps.CopyTo(repeated, i * timesteps.Length);
        using var latentsTensor = FloatTensor.Create(latents, [batch, shape.Channels, shape.Frames, shape.Height, shape.Width], _model.ElementType(_latents));
        using var timestepTensor = FloatTensor.Create(repeated, PerToken ? [batch, timesteps.Length] : [batch], _model.ElementType(_timestep));
        using var textTensor = FloatTensor.Create(text, [batch, textLength, text.Length / batch / textLength], _model.ElementType(_text));
        using var outputs = _model.Run([_latents, _timestep, _text], [latentsTensor, timestepTensor, textTensor], [_model.Outputs[0]], cancellation);
        return FloatTensor.Read(outputs[0]);
    }

    public void Dispose() => _model.Dispose();
}
