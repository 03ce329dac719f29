using System.Numerics.Tensors;

namespace Platform.Video.Scheduling;

/// <summary>
/// Explicit Euler: x += (σ_{i+1} − σ_i)·v. The sigmas are shifted twice, as in diffusers' FlowMatchEulerDiscreteScheduler: once for the range, once for the grid.
/// With noise it is the stochastic few-step form of distilled models: x = (1 − σ_{i+1})·x0 + σ_{i+1}·ε with x0 = x − σ_i·v.
/// </summary>
public sealed class FlowMatchEulerScheduler : FlowScheduler
{
    private readonly StepNoise? _noise;
    private float[]? _denoised;

    public FlowMatchEulerScheduler(int steps, double shift, StepNoise? noise = null)
        : this(Grid(steps, shift), noise)
    {
    }

    private FlowMatchEulerScheduler(float[] sigmas, StepNoise? noise)
        : base(sigmas, [.. sigmas[..^1].Select(sigma => sigma * 1000)]) => _noise = noise;

    public override ReadOnlySpan<float> Denoised => _denoised;

    public override void Step(ReadOnlySpan<float> velocity, Span<float> sample)
    {
        var (from, to) = (Sigmas[Index], Sigmas[Index + 1]);
        TensorPrimitives.MultiplyAdd(velocity, -from, sample, _denoised ??= new float[sample.Length]);
        if (_noise is null)
        {
            TensorPrimitives.MultiplyAdd(velocity, to - from, sample, sample);
        }
        else
        {
            var noise = new float[sample.Length];
            _noise(Index, noise);
            TensorPrimitives.Multiply(_denoised, 1 - to, sample);
            TensorPrimitives.MultiplyAdd(noise, to, sample, sample);
        }
        Index++;
    }

    private static float[] Grid(int steps, double shift)
    {
        var (high, low) = (Shift(shift, 1), Shift(shift, 0.001));
        var sigmas = new float[steps + 1];
        for (var i = 0; i < steps; i++) sigmas[i] = (float)Shift(shift, steps == 1 ? high : high + (low - high) * i / (steps - 1));
        return sigmas;
    }
}
