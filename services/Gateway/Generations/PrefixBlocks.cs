using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Platform.Gateway.Generations;

/// <summary>Chain-hashed blocks of a conversation: two that begin alike share their first hashes, and so perhaps a worker's warm prefix.</summary>
internal static class PrefixBlocks
{
    /// <summary>Characters a block covers.</summary>
    public const int Length = 64;

    private const int Most = 256;

    public static ulong[] Of(string messages)
    {
        var blocks = new ulong[Math.Min(messages.Length / Length, Most)];
        var hash = 0UL;
        for (var i = 0; i < blocks.Length; i++)
        {
            hash = blocks[i] = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(messages.AsSpan(i * Length, Length)), (long)hash);
        }

        return blocks;
    }
}
