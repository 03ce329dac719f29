using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>A sequence's cells as llama.cpp writes them, in native memory: they may be larger than an array.</summary>
internal sealed unsafe class SavedCells(int length, nuint bytes) : SavedSequence
{
    private byte* data = Pages.Map(bytes);

    public override int Length => length;
    public nuint Bytes => bytes;
    public byte* Data => data is not null ? data : throw new ObjectDisposedException(nameof(SavedCells));

    public override void Dispose()
    {
        Pages.Unmap(data, bytes);
        data = null;
    }
}
