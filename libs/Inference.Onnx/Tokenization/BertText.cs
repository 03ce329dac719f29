using System.Globalization;
using System.Text;

namespace Platform.Inference.Onnx.Tokenization;

/// <summary>BERT's basic tokenization: cleans a text, takes case and accents away and puts blanks between words, punctuation marks and Chinese characters (Devlin et al. 2018, as the reference code does).</summary>
/// <param name="LowerCase">The model knows lower case only.</param>
/// <param name="StripAccents">The model knows letters without accents only.</param>
internal sealed record BertText(bool LowerCase, bool StripAccents)
{
    /// <summary>Words, each followed by one blank.</summary>
    public string Split(string text)
    {
        var words = new StringBuilder(text.Length + 16);
        foreach (var character in text.EnumerateRunes())
        {
            if (character.Value is '\t' or '\n' or '\r') EndWord(words);
            else if (IsNoText(character)) continue;
            else if (Rune.IsWhiteSpace(character)) EndWord(words);
            else Spell(words, character);
        }

        EndWord(words);
        return words.ToString();
    }

    private void Spell(StringBuilder words, Rune character)
    {
        var alone = IsChinese(character.Value);
        if (alone) EndWord(words);
        if (!StripAccents) Letter(words, character);
        else if (BaseLetters.Of(character) is { } letters)
            foreach (var letter in letters.EnumerateRunes()) Letter(words, letter);
        else if (Rune.GetUnicodeCategory(character) != UnicodeCategory.NonSpacingMark) Letter(words, character);
        if (alone) EndWord(words);
    }

    private void Letter(StringBuilder words, Rune letter)
    {
        if (LowerCase) letter = Rune.ToLowerInvariant(letter);
        var alone = IsPunctuation(letter);
        if (alone) EndWord(words);
        Span<char> units = stackalloc char[2];
        words.Append(units[..letter.EncodeToUtf16(units)]);
        if (alone) EndWord(words);
    }

    private static void EndWord(StringBuilder words)
    {
        if (words.Length > 0 && words[^1] != ' ') words.Append(' ');
    }

    /// <summary>Control characters and what is no character; half a surrogate pair reads as U+FFFD.</summary>
    private static bool IsNoText(Rune character) => character.Value == 0xfffd || Rune.GetUnicodeCategory(character) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned;

    /// <summary>Every mark of ASCII counts, <c>$</c> and <c>^</c> too.</summary>
    private static bool IsPunctuation(Rune character) => character.IsAscii
        ? character.Value > ' ' && !Rune.IsLetterOrDigit(character)
        : Rune.IsPunctuation(character);

    private static bool IsChinese(int point) => point is
        (>= 0x4e00 and <= 0x9fff) or (>= 0x3400 and <= 0x4dbf) or (>= 0x20000 and <= 0x2a6df) or (>= 0x2a700 and <= 0x2b73f) or
        (>= 0x2b740 and <= 0x2b81f) or (>= 0x2b820 and <= 0x2ceaf) or (>= 0xf900 and <= 0xfaff) or (>= 0x2f800 and <= 0x2fa1f);
}
