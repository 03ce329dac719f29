namespace Platform.Catalog.Memory;

/// <summary>Number formats a KV cache can have, as the catalogue writes them, and bytes of 32 numbers (ggml's blocks).</summary>
public static class CacheTypes
{
    public const string Default = "f16";

    private static readonly Dictionary<string, int> BytesOf32 = new()
    {
        ["f32"] = 128, ["f16"] = 64, ["bf16"] = 64, ["q8_0"] = 34, ["q5_1"] = 24, ["q5_0"] = 22, ["q4_1"] = 20, ["q4_0"] = 18, ["iq4_nl"] = 18,
    };

    public static IEnumerable<string> All => BytesOf32.Keys;

    /// <summary>Bytes of a row; formats with blocks need a multiple of 32.</summary>
    internal static long Bytes(string type, long numbers) => numbers * BytesOf32[type] / 32;

    internal static bool HasBlocks(string type) => BytesOf32[type] < 64;
}
