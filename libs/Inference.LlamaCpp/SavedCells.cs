using System.Runtime.InteropServices;
using Platform.Inference.Engine;

namespace Platform.Inference.LlamaCpp;

/// <summary>A sequence's cells as llama.cpp writes them, in native memory: they may be larger than an array.</summary>
internal sealed unsafe class SavedCells(int length, nuint bytes) : SavedSequence
{
    private byte* data = (byte*)NativeMemory.Alloc(bytes);

    public override int Length => length;
    public nuint Bytes => bytes;
    public byte* Data => data is not null ? data : throw new ObjectDisposedException(nameof(SavedCells));

    public override void Dispose()
    {
        NativeMemory.Free(data);
        data = null;
    }
}
