using Platform.Inference.Engine;

namespace Platform.Inference.LlamaCpp.Native;

/// <summary>Memory of megabytes straight from the system, which has it back at once: between allocations of all sizes that live for minutes, a heap would keep holes.</summary>
internal static unsafe class Pages
{
    private const int ReadAndWrite = 1 | 2, PrivateAnonymous = 2 | 0x20;

    /// <exception cref="EngineException">There is no memory.</exception>
    public static byte* Map(nuint bytes)
    {
        var pages = GgmlApi.mmap(0, bytes, ReadAndWrite, PrivateAnonymous, -1, 0);
        return pages != -1 ? (byte*)pages : throw new EngineException($"There is no memory for {bytes} bytes of cache.");
    }

    /// <param name="bytes">As they were asked for.</param>
    public static void Unmap(byte* pages, nuint bytes)
    {
        if (pages is not null)
        {
            _ = GgmlApi.munmap((nint)pages, bytes);
        }
    }
}
