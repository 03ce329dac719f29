using System.Text;

namespace Platform.Inference.Bigram;

/// <summary>Tokens of a bigram model: control tokens, every single byte (so some tokens are parts of characters), and the commonest words of a text.</summary>
internal sealed class BigramVocabulary
{
    public const int Begin = 0;
    public const int TurnStart = 1;
    public const int TurnEnd = 2;
    private const int Controls = 3;
    private const int Words = 253;
    private const int LongestWord = 32;

    private static readonly string[] ControlTexts = ["<|begin|>", "<|im_start|>", "<|im_end|>"];

    private readonly byte[][] pieces;
    private readonly Dictionary<string, int> words = [];

    public BigramVocabulary(ReadOnlySpan<byte> text)
    {
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < text.Length;)
        {
            var length = WordLength(text[i..]);
            if (length > 1)
            {
                var word = Encoding.ASCII.GetString(text.Slice(i, length));
                counts[word] = counts.GetValueOrDefault(word) + 1;
            }

            i += Math.Max(1, length);
        }

        var common = counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal).Take(Words).Select(count => count.Key);
        pieces =
        [
            .. ControlTexts.Select(Encoding.ASCII.GetBytes),
            .. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }),
            .. common.Select(Encoding.ASCII.GetBytes),
        ];
        for (var id = Controls + 256; id < pieces.Length; id++)
        {
            words.Add(Encoding.ASCII.GetString(pieces[id]), id);
        }
    }

    public int Count => pieces.Length;

    public static string Text(int control) => ControlTexts[control];

    public static bool IsControl(int token) => token < Controls;

    public static int OfByte(byte value) => Controls + value;

    public ReadOnlySpan<byte> Piece(int token) => pieces[token];

    /// <summary>Writes what fits and returns how many tokens the text has.</summary>
    public int Tokenize(ReadOnlySpan<byte> text, Span<int> tokens, bool parseSpecial)
    {
        var lookup = words.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> letters = stackalloc char[LongestWord];
        var count = 0;
        for (var i = 0; i < text.Length;)
        {
            var rest = text[i..];
            var token = OfByte(rest[0]);
            var length = WordLength(rest);
            if (parseSpecial && Control(rest) is var control and >= 0)
            {
                token = control;
            }
            else if (length > 1)
            {
                Encoding.ASCII.GetChars(rest[..length], letters);
                token = lookup.TryGetValue(letters[..length], out var word) ? word : token;
            }

            if (count < tokens.Length)
            {
                tokens[count] = token;
            }

            count++;
            i += pieces[token].Length;
        }

        return count;
    }

    private int Control(ReadOnlySpan<byte> rest)
    {
        for (var id = 0; id < Controls && rest[0] == (byte)'<'; id++)
        {
            if (rest.StartsWith(pieces[id]))
            {
                return id;
            }
        }

        return -1;
    }

    /// <summary>Bytes of the word at the start of the text, with at most one space before it; 0 where none starts.</summary>
    private static int WordLength(ReadOnlySpan<byte> text)
    {
        var start = text[0] == (byte)' ' ? 1 : 0;
        var end = start;
        while (end < text.Length && end < LongestWord && char.IsAsciiLetter((char)text[end]))
        {
            end++;
        }

        return end == start ? 0 : end;
    }
}
