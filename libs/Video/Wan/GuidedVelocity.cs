using System.Numerics.Tensors;

namespace Platform.Video.Wan;

/// <summary>The velocity of one clip's latents under classifier-free guidance: u + g·(c − u), both halves in one run. What a step needs is kept for the next.</summary>
internal sealed class GuidedVelocity
{
    private readonly WanConfig _config;
    private readonly LatentShape _shape, _inputShape;
    private readonly PictureCondition _condition;
    private readonly float[] _input, _texts, _velocity;
    private float[] _timesteps = [];

    /// <param name="negative">Null where guidance never is above 1.</param>
    public GuidedVelocity(WanConfig config, LatentShape shape, PictureCondition condition, float[] prompt, float[]? negative)
    {
        (_config, _shape, _condition, _texts) = (config, shape, condition, [.. prompt, .. negative ?? []]);
        _inputShape = shape with { Channels = config.InputChannels };
        var batch = negative is null ? 1 : 2;
        (_input, _velocity) = (new float[batch * _inputShape.Length], new float[batch * shape.Length]);
        for (var b = 0; b < batch; b++) condition.Concatenated?.CopyTo(_input.AsSpan(b * _inputShape.Length)[shape.Length..]);
    }

    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<float> Predict(VideoTransformer transformer, ReadOnlySpan<float> latents, float timestep, float guidance, CancellationToken cancellation)
    {
        var batch = guidance > 1 ? 2 : 1;
        for (var b = 0; b < batch; b++)
        {
            var one = _input.AsSpan(b * _inputShape.Length, _shape.Length);
            latents.CopyTo(one);
            if (_condition.FirstFrame is { } first) _shape.SetFrame(one, 0, first);
        }

        var velocity = _velocity.AsMemory(0, batch * _shape.Length);
        transformer.Run(_input.AsMemory(0, batch * _inputShape.Length), batch, _inputShape, Timesteps(transformer, batch, timestep), _texts.AsMemory(0, batch * _texts.Length / (_velocity.Length / _shape.Length)), _config.TextLength, velocity.Span, cancellation);
        var conditional = velocity.Span[.._shape.Length];
        if (batch == 1) return conditional;
        var unconditional = velocity.Span[_shape.Length..];
        TensorPrimitives.Subtract(conditional, unconditional, conditional);
        TensorPrimitives.MultiplyAdd(conditional, guidance, unconditional, conditional);
        return conditional;
    }

    /// <summary>For each half one timestep, or one per token with 0 for the tokens of a given first frame.</summary>
    private float[] Timesteps(VideoTransformer transformer, int batch, float timestep)
    {
        var perFrame = _shape.Plane / (_config.PatchSize * _config.PatchSize);
        var each = transformer.PerToken ? perFrame * _shape.Frames : 1;
        if (_timesteps.Length != batch * each) _timesteps = new float[batch * each];
        _timesteps.AsSpan().Fill(timestep);
        for (var b = 0; b < batch && transformer.PerToken && _condition.FirstFrame is not null; b++) _timesteps.AsSpan(b * each, perFrame).Clear();
        return _timesteps;
    }
}
