using System.Runtime.InteropServices;
using Platform.Video.Wan;

namespace Platform.OnnxWorker.Videos;

/// <summary>What another worker needs to make the same clip: the latents of the finished pieces, and where the denoising of the next one stands.</summary>
internal sealed record ClipState(IReadOnlyList<float[]> Finished, Checkpoint? Current)
{
    private const int Version = 1;

    public static ClipState Empty { get; } = new([], null);

    public byte[] ToBytes()
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory))
        {
            writer.Write(Version);
            writer.Write(Finished.Count);
            foreach (var latents in Finished)
            {
                writer.Write(latents.Length);
                writer.Write(MemoryMarshal.AsBytes(latents.AsSpan()));
            }

            writer.Write(Current?.Bytes.Length ?? 0);
            if (Current is { } current) writer.Write(current.Bytes);
        }

        return memory.ToArray();
    }

    /// <exception cref="InvalidDataException">It was written by another version.</exception>
    public static ClipState FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        if (reader.ReadInt32() is var version && version != Version) throw new InvalidDataException($"A checkpoint of version {version}, not {Version}.");
        var finished = new float[reader.ReadInt32()][];
        for (var i = 0; i < finished.Length; i++)
        {
            finished[i] = new float[reader.ReadInt32()];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(finished[i].AsSpan()));
        }

        var length = reader.ReadInt32();
        return new(finished, length > 0 ? new Checkpoint(reader.ReadBytes(length)) : null);
    }
}
