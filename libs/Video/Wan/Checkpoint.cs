using System.Runtime.InteropServices;
using Platform.Video.Scheduling;

namespace Platform.Video.Wan;

/// <summary>Where a denoising stands after a step.</summary>
/// <param name="Done">Steps taken.</param>
/// <param name="Latents">Live: read it before returning.</param>
public sealed record DenoisingStep(int Done, int Total, FlowScheduler Scheduler, float[] Latents, LatentShape Shape)
{
    public Checkpoint Keep()
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory))
        {
            Scheduler.Save(writer);
            writer.Write(MemoryMarshal.AsBytes(Latents.AsSpan()));
        }
        return new(memory.ToArray());
    }
}

/// <summary>The scheduler's state and the latents after some step; the same clip comes of it on any machine.</summary>
public sealed record Checkpoint(byte[] Bytes)
{
    internal float[] Restore(FlowScheduler scheduler, LatentShape shape)
    {
        using var reader = new BinaryReader(new MemoryStream(Bytes));
        scheduler.Restore(reader);
        var latents = new float[shape.Length];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(latents.AsSpan()));
        return latents;
    }
}
