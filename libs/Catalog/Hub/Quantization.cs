using System.Text.RegularExpressions;

namespace Platform.Catalog.Hub;

/// <summary>Quantisations as file names of GGUF repositories tell them.</summary>
internal static partial class Quantization
{
    /// <summary>What is chosen first where memory allows: 4-bit K-quants keep nearly all of a model's quality at a third of its size.</summary>
    private static readonly string[] Preferred =
    [
        "Q4_K_M", "Q4_K_XL", "Q4_K_L", "Q5_K_M", "Q4_K_S", "IQ4_NL", "IQ4_XS", "Q5_K_S", "Q6_K", "Q8_0", "MXFP4", "Q4_0", "Q4_1", "Q5_0", "Q5_1",
        "Q3_K_L", "Q3_K_M", "IQ3_M", "IQ3_S", "Q3_K_S", "IQ3_XS", "IQ3_XXS", "BF16", "F16", "Q2_K", "IQ2_M", "IQ2_S", "IQ2_XS", "IQ2_XXS", "IQ1_M", "IQ1_S", "F32",
    ];

    /// <summary>E.g. <c>Q4_K_M</c>; null when the name tells none.</summary>
    public static string? In(string fileName) =>
        Name().Matches(fileName) is { Count: > 0 } found ? found[^1].Groups[1].Value.ToUpperInvariant().Replace("FP16", "F16", StringComparison.Ordinal).Replace("FP32", "F32", StringComparison.Ordinal) : null;

    /// <summary>Lower is chosen earlier.</summary>
    public static int Rank(string? name) => Array.IndexOf(Preferred, name) is >= 0 and var rank ? rank : Preferred.Length;

    [GeneratedRegex(@"(?<![A-Za-z0-9])(I?Q[1-8](?:_[01]|_K(?:_(?:XL|XXS|XS|[SML]))?|_(?:XXS|XS|NL|[SM]))|TQ[12]_0|BF16|F16|F32|FP16|FP32|MXFP4)(?![A-Za-z0-9])", RegexOptions.IgnoreCase)]
    private static partial Regex Name();
}
