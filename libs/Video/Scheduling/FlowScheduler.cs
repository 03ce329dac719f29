using System.Text.Json;

namespace Platform.Video.Scheduling;

/// <summary>
/// A solver of the rectified-flow ODE: the sample is x = (1−σ)·data + σ·noise, the model predicts the velocity noise − data, σ falls from 1 to 0.
/// One object serves one clip; <see cref="Step"/> is called once per timestep, in order.
/// </summary>
public abstract class FlowScheduler
{
    private protected FlowScheduler(float[] sigmas, float[] timesteps)
    {
        Sigmas = sigmas;
        Timesteps = timesteps;
    }

    /// <summary>Noise levels, one more than there are steps; the last is 0.</summary>
    public IReadOnlyList<float> Sigmas { get; }

    /// <summary>What the model is told at each step, 0–1000.</summary>
    public IReadOnlyList<float> Timesteps { get; }

    /// <summary>What the last step took the sample to be without its noise, x − σ·v; empty before the first.</summary>
    public abstract ReadOnlySpan<float> Denoised { get; }

    /// <summary>Steps already taken.</summary>
    public int Index { get; private protected set; }

    /// <summary>Moves the sample from σ at <see cref="Index"/> to the next one, in place.</summary>
    /// <param name="velocity">The model's output for the sample, same length.</param>
    /// <param name="sample">Latents, float32.</param>
    public abstract void Step(ReadOnlySpan<float> velocity, Span<float> sample);

    /// <summary>Starts a partial denoising (video to video): steps before <paramref name="index"/> are left out.</summary>
    public void Begin(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Timesteps.Count);
        if (Index != 0) throw new InvalidOperationException("A scheduler that has taken a step can't begin elsewhere.");
        Index = index;
    }

    /// <summary>Writes what a later <see cref="Restore"/> needs to go on as if nothing had happened.</summary>
    public virtual void Save(BinaryWriter to) => to.Write(Index);

    public virtual void Restore(BinaryReader from) => Index = from.ReadInt32();

    /// <summary>The scheduler a model's <c>scheduler_config.json</c> names.</summary>
    /// <param name="steps">Denoising steps, at least 1.</param>
    /// <param name="shift">Replaces the configured flow shift; null keeps it.</param>
    /// <param name="noise">Fresh noise for a stochastic scheduler's step.</param>
    public static FlowScheduler Create(JsonElement config, int steps, double? shift, StepNoise? noise = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var name = config.GetProperty("_class_name").GetString();
        double Number(string key, double otherwise) => config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : otherwise;
        bool Flag(string key) => config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True;
        return name switch
        {
            "UniPCMultistepScheduler" => new UniPcScheduler(steps, shift ?? Number("flow_shift", 1), (int)Number("solver_order", 2)),
            "FlowMatchEulerDiscreteScheduler" => new FlowMatchEulerScheduler(steps, shift ?? Number("shift", 1), Flag("stochastic_sampling") ? noise ?? throw new ArgumentNullException(nameof(noise)) : null),
            _ => throw new NotSupportedException($"The scheduler '{name}' is not one of UniPCMultistepScheduler, FlowMatchEulerDiscreteScheduler."),
        };
    }

    /// <summary>shift·σ / (1 + (shift − 1)·σ): spends more steps at high noise the larger the shift.</summary>
    private protected static double Shift(double shift, double sigma) => shift * sigma / (1 + (shift - 1) * sigma);
}

/// <summary>Fills a span with standard normal noise for a step.</summary>
public delegate void StepNoise(int step, Span<float> noise);
