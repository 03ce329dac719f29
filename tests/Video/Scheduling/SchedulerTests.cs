using System.Text.Json;
using Platform.Video.Noise;
using Platform.Video.Scheduling;

namespace Platform.Video.Tests.Scheduling;

public sealed class SchedulerTests
{
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "schedulers.json"))).RootElement;

    public static TheoryData<string> Cases => [.. Golden.EnumerateObject().Select(c => c.Name)];

    private static FlowScheduler Create(string name)
    {
        var parts = name.Split('_');
        var (shift, steps) = (double.Parse(parts[1]["shift".Length..]), int.Parse(parts[2]));
        return parts[0] == "unipc" ? new UniPcScheduler(steps, shift) : new FlowMatchEulerScheduler(steps, shift);
    }

    /// <summary>The toy model of the expected values.</summary>
    private static float[] Velocity(float[] x, float t) => [.. x.Select(v => (float)(0.7 * v - 0.3 * Math.Cos(3 * v) + 0.001 * t))];

    [Theory, MemberData(nameof(Cases))]
    public void A_trajectory_is_that_of_the_reference_implementation(string name)
    {
        var expected = Golden.GetProperty(name);
        var scheduler = Create(name);
        Close(expected.GetProperty("sigmas"), scheduler.Sigmas);
        Close(expected.GetProperty("timesteps"), scheduler.Timesteps, 1e-3);
        float[] x = [0.5f, -1.25f, 2, 0.1f];
        foreach (var after in expected.GetProperty("traj").EnumerateArray())
        {
            scheduler.Step(Velocity(x, scheduler.Timesteps[scheduler.Index]), x);
            Close(after, x);
        }
        Assert.Equal(scheduler.Timesteps.Count, scheduler.Index);
    }

    [Theory]
    [InlineData("unipc_shift3_8")]
    [InlineData("euler_shift3_8")]
    public void A_saved_scheduler_goes_on_as_if_nothing_had_happened(string name)
    {
        for (var cut = 0; cut <= 8; cut++)
        {
            var scheduler = Create(name);
            float[] x = [0.5f, -1.25f, 2, 0.1f];
            for (var i = 0; i < 8; i++)
            {
                if (i == cut)
                {
                    using var memory = new MemoryStream();
                    scheduler.Save(new BinaryWriter(memory));
                    memory.Position = 0;
                    scheduler = Create(name);
                    scheduler.Restore(new BinaryReader(memory));
                }
                scheduler.Step(Velocity(x, scheduler.Timesteps[i]), x);
            }
            Close(Golden.GetProperty(name).GetProperty("traj")[7], x);
        }
    }

    [Fact]
    public void A_stochastic_step_mixes_the_predicted_data_with_fresh_noise()
    {
        var scheduler = new FlowMatchEulerScheduler(4, 1, (_, noise) => noise.Fill(3));
        float[] x = [2];
        scheduler.Step([0.5f], x);
        var (from, to) = (scheduler.Sigmas[0], scheduler.Sigmas[1]);
        Assert.Equal((1 - to) * (2 - from * 0.5f) + to * 3, x[0], 1e-6f);
    }

    private static void Close(JsonElement expected, IReadOnlyList<float> actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Count);
        for (var i = 0; i < actual.Count; i++) Assert.InRange(actual[i] - expected[i].GetDouble(), -tolerance, tolerance);
    }
}

public sealed class PhiloxTests
{
    /// <summary>Known answers published with the generator (Random123, kat_vectors).</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void The_block_function_gives_the_published_answers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3)
    {
        var counter = c0 | ((UInt128)c1 << 32) | ((UInt128)c2 << 64) | ((UInt128)c3 << 96);
        Assert.Equal((r0, r1, r2, r3), Philox.Block(counter, k0 | ((ulong)k1 << 32)));
    }

    [Fact]
    public void Noise_is_standard_normal_and_the_same_from_any_length()
    {
        var noise = new float[100_001];
        Philox.Normal(42, 0, noise);
        var mean = noise.Average(v => (double)v);
        Assert.InRange(mean, -0.02, 0.02);
        Assert.InRange(noise.Average(v => (v - mean) * (v - mean)), 0.98, 1.02);
        Assert.InRange(noise.Count(v => Math.Abs(v) < 1) / 100_001.0, 0.6827 - 0.006, 0.6827 + 0.006);

        var shorter = new float[5];
        Philox.Normal(42, 0, shorter);
        Assert.Equal(noise[..5], shorter);
        Philox.Normal(42, 1, shorter);
        Assert.NotEqual(noise[..5], shorter);
    }
}
