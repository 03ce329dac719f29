using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Platform.Inference.Onnx.Tokenization;

/// <summary>Takes characters apart as Unicode's canonical decomposition (NFD) does and leaves the nonspacing marks out. Kept as a table: string normalisation does nothing in the invariant globalisation mode.</summary>
internal static class BaseLetters
{
    private static readonly FrozenDictionary<int, string> Table = Read();

    /// <summary>The letters a character without its marks is made of; null: itself.</summary>
    public static string? Of(Rune character) => character.Value switch
    {
        < 0xc0 => null,
        >= 0xac00 and <= 0xd7a3 => Jamo(character.Value - 0xac00),
        _ => Table.GetValueOrDefault(character.Value),
    };

    /// <summary>A Hangul syllable is its leading consonant, vowel and, where there is one, trailing consonant (The Unicode Standard, 3.12).</summary>
    private static string Jamo(int syllable)
    {
        var (leading, vowel, trailing) = ((char)(0x1100 + (syllable / 588)), (char)(0x1161 + (syllable % 588 / 28)), syllable % 28);
        return trailing == 0 ? $"{leading}{vowel}" : $"{leading}{vowel}{(char)(0x11a7 + trailing)}";
    }

    private static FrozenDictionary<int, string> Read()
    {
        var table = new Dictionary<int, string>();
        using var lines = new StreamReader(typeof(BaseLetters).Assembly.GetManifestResourceStream("base-letters.txt")!); // embedded by the project file
        while (lines.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var points = Array.ConvertAll(line.Split(' '), point => int.Parse(point, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            table[points[0]] = string.Concat(points.Skip(1).Select(point => new Rune(point)));
        }

        return table.ToFrozenDictionary();
    }
}
