using System.Numerics.Tensors;

namespace Platform.Video.Scheduling;

/// <summary>
/// UniPC (Zhao et al., arXiv 2302.04867) for flow prediction: a multistep predictor of order ≤ 2 with a corrector that re-uses the next model output, B(h) = e^h − 1 ("bh2"),
/// lower order at the ends, sigmas from the flow grid. With λ = ln(1−σ) − ln σ, h = λ_t − λ_s.
/// </summary>
public sealed class UniPcScheduler : FlowScheduler
{
    private readonly int _order;
    private float[]? _m0, _m1, _spare, _last;   // predictions of the data at the two steps before, and the sample before the last predictor step
    private int _warmUp, _lastOrder;

    /// <param name="shift">Flow shift, &gt; 0.</param>
    /// <param name="order">1 or 2.</param>
    public UniPcScheduler(int steps, double shift, int order = 2)
        : this(Grid(steps, shift)) => _order = order is 1 or 2 ? order : throw new NotSupportedException($"UniPC of order {order}: only 1 and 2 are there.");

    private UniPcScheduler((float[] Sigmas, float[] Timesteps) grid)
        : base(grid.Sigmas, grid.Timesteps)
    {
    }

    public override ReadOnlySpan<float> Denoised => _m0;

    public override void Step(ReadOnlySpan<float> velocity, Span<float> sample)
    {
        var data = _spare ?? new float[sample.Length];
        TensorPrimitives.MultiplyAdd(velocity, -Sigmas[Index], sample, data);   // x0 = x − σ·v
        if (_last is not null) Correct(data, sample);
        (_spare, _m1, _m0) = (_m1, _m0, data);
        _lastOrder = Math.Min(Math.Min(_order, Timesteps.Count - Index), _warmUp + 1);
        sample.CopyTo(_last ??= new float[sample.Length]);
        Predict(sample);
        _warmUp = Math.Min(_warmUp + 1, _order);
        Index++;
    }

    /// <summary>UniC: moves the sample to where the predictor would have taken it, had it known the model's output there.</summary>
    private void Correct(ReadOnlySpan<float> data, Span<float> sample)
    {
        double here = Sigmas[Index], before = Sigmas[Index - 1], alpha = 1 - here;
        var h = Lambda(Index) - Lambda(Index - 1);
        var phi = double.ExpM1(-h);
        double ofLast = here / before, ofM0 = -alpha * phi, ofM1 = 0, ofData;
        if (_lastOrder == 1)
        {
            ofData = -alpha * phi * 0.5;
            ofM0 -= ofData;
        }
        else
        {
            var r = (Lambda(Index - 2) - Lambda(Index - 1)) / h;
            var k = phi / -h - 1;
            var (b0, b1) = (k / phi, (k / -h - 0.5) * 2 / phi);
            var rho0 = (b0 - b1) / (1 - r);
            var rho1 = b0 - rho0;
            ofM1 = -alpha * phi * rho0 / r;
            ofData = -alpha * phi * rho1;
            ofM0 -= ofM1 + ofData;
        }
        TensorPrimitives.Multiply(_last, (float)ofLast, sample);
        TensorPrimitives.MultiplyAdd(_m0, (float)ofM0, sample, sample);
        if (ofM1 != 0) TensorPrimitives.MultiplyAdd(_m1, (float)ofM1, sample, sample);
        TensorPrimitives.MultiplyAdd(data, (float)ofData, sample, sample);
    }

    /// <summary>UniP: the step to the next σ; at σ = 0 the prediction of the data itself.</summary>
    private void Predict(Span<float> sample)
    {
        double next = Sigmas[Index + 1], here = Sigmas[Index], alpha = 1 - next;
        if (next == 0)
        {
            _m0.CopyTo(sample);
            return;
        }
        var h = Lambda(Index + 1) - Lambda(Index);
        var phi = double.ExpM1(-h);
        double ofM0 = -alpha * phi, ofM1 = 0;
        if (_lastOrder == 2)
        {
            var r = (Lambda(Index - 1) - Lambda(Index)) / h;
            ofM1 = -alpha * phi * 0.5 / r;
            ofM0 -= ofM1;
        }
        TensorPrimitives.Multiply(sample, (float)(next / here), sample);
        TensorPrimitives.MultiplyAdd(_m0, (float)ofM0, sample, sample);
        if (ofM1 != 0) TensorPrimitives.MultiplyAdd(_m1, (float)ofM1, sample, sample);
    }

    public override void Save(BinaryWriter to)
    {
        base.Save(to);
        to.Write(_warmUp);
        to.Write(_lastOrder);
        foreach (var kept in (float[]?[])[_m0, _m1, _last])
        {
            to.Write(kept?.Length ?? -1);
            if (kept is not null) to.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(kept.AsSpan()));
        }
    }

    public override void Restore(BinaryReader from)
    {
        base.Restore(from);
        _warmUp = from.ReadInt32();
        _lastOrder = from.ReadInt32();
        _m0 = Read();
        _m1 = Read();
        _last = Read();

        float[]? Read()
        {
            var length = from.ReadInt32();
            if (length < 0) return null;
            var kept = new float[length];
            from.BaseStream.ReadExactly(System.Runtime.InteropServices.MemoryMarshal.AsBytes(kept.AsSpan()));
            return kept;
        }
    }

    private double Lambda(int index) => Math.Log(1 - (double)Sigmas[index]) - Math.Log(Sigmas[index]);

    private static (float[] Sigmas, float[] Timesteps) Grid(int steps, double shift)
    {
        var (sigmas, timesteps) = (new float[steps + 1], new float[steps]);
        for (var k = 0; k < steps; k++)
        {
            var sigma = Shift(shift, 1 + (0.001 - 1) * k / steps);
            if (k == 0 && Math.Abs(sigma - 1) < 1e-6) sigma -= 1e-6;   // λ is infinite at σ = 1
            sigmas[k] = (float)sigma;
            timesteps[k] = (long)(sigma * 1000);
        }
        return (sigmas, timesteps);
    }
}
