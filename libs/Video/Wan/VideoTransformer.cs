using Microsoft.ML.OnnxRuntime;
using Platform.Inference.Onnx;

namespace Platform.Video.Wan;

/// <summary>The diffusion transformer: latents, timestep and text → velocity.</summary>
internal sealed class VideoTransformer : IDisposable
{
    private readonly OnnxModel _model;
    private readonly string _latents, _timestep, _text;

    /// <param name="folder">Of the component.</param>
    public VideoTransformer(string folder, WanConfig config, OnnxOptions options)
    {
        _model = new(Path.Combine(folder, "model.onnx"), options);
        var graph = new GraphSignature(_model);
        _latents = graph.Floats("latents", [5]);
        _text = graph.Floats("text", [3]);
        _timestep = graph.Floats("timestep", [1, 2], whole: true);
        graph.End();
        graph.Axis(_latents, 1, config.InputChannels, "in_channels");
        graph.Axis(_text, 1, config.TextLength, "max_sequence_length");
        graph.Output("velocity", 5, 1, config.LatentChannels);
        PerToken = _model.Dimensions(_timestep).Length == 2;
    }

    public OnnxModel Model => _model;

    /// <summary>Whether the timestep is [batch, tokens] rather than [batch].</summary>
    public bool PerToken { get; }

    /// <param name="latents">[batch × channels × frames × height × width].</param>
    /// <param name="timesteps">[batch], or [batch × tokens].</param>
    /// <param name="text">[batch × length × width].</param>
    /// <param name="velocity">Is filled, [batch × output channels × frames × height × width].</param>
    public void Run(Memory<float> latents, int batch, LatentShape shape, Memory<float> timesteps, Memory<float> text, int textLength, Span<float> velocity, CancellationToken cancellation)
    {
        using var latentsTensor = FloatTensor.Create(latents, [batch, shape.Channels, shape.Frames, shape.Height, shape.Width], _model.ElementType(_latents));
        using var timestepTensor = FloatTensor.Create(timesteps, PerToken ? [batch, timesteps.Length / batch] : [batch], _model.ElementType(_timestep));
        using var textTensor = FloatTensor.Create(text, [batch, textLength, text.Length / batch / textLength], _model.ElementType(_text));
        using var outputs = _model.Run([_latents, _timestep, _text], [latentsTensor, timestepTensor, textTensor], [_model.Outputs[0]], cancellation);
        FloatTensor.Read(outputs[0], velocity);
    }

    public void Dispose() => _model.Dispose();
}
