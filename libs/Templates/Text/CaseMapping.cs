using System.Buffers;
using System.Text;

namespace Platform.Templates.Text;

/// <summary>Upper, lower and title case as Python maps them, including the letters that become several.</summary>
internal static class CaseMapping
{
    // A letter and its upper-case form, from Unicode's SpecialCasing.txt.
    private static readonly Dictionary<char, string> SpecialUpper = Table(
        "ßSS ŉ\u02BCN ǰJ\u030C \u0390\u0399\u0308\u0301 \u03B0\u03A5\u0308\u0301 \u0587\u0535\u0552 \u1E96H\u0331 \u1E97T\u0308 "
        + "\u1E98W\u030A \u1E99Y\u030A \u1E9AA\u02BE \u1F50\u03A5\u0313 \u1F52\u03A5\u0313\u0300 \u1F54\u03A5\u0313\u0301 "
        + "\u1F56\u03A5\u0313\u0342 \u1FB2\u1FBA\u0399 \u1FB3\u0391\u0399 \u1FB4\u0386\u0399 \u1FB6\u0391\u0342 \u1FB7\u0391\u0342\u0399 "
        + "\u1FBC\u0391\u0399 \u1FC2\u1FCA\u0399 \u1FC3\u0397\u0399 \u1FC4\u0389\u0399 \u1FC6\u0397\u0342 \u1FC7\u0397\u0342\u0399 "
        + "\u1FCC\u0397\u0399 \u1FD2\u0399\u0308\u0300 \u1FD3\u0399\u0308\u0301 \u1FD6\u0399\u0342 \u1FD7\u0399\u0308\u0342 "
        + "\u1FE2\u03A5\u0308\u0300 \u1FE3\u03A5\u0308\u0301 \u1FE4\u03A1\u0313 \u1FE6\u03A5\u0342 \u1FE7\u03A5\u0308\u0342 "
        + "\u1FF2\u1FFA\u0399 \u1FF3\u03A9\u0399 \u1FF4\u038F\u0399 \u1FF6\u03A9\u0342 \u1FF7\u03A9\u0342\u0399 \u1FFC\u03A9\u0399 \uFB00FF "
        + "\uFB01FI \uFB02FL \uFB03FFI \uFB04FFL \uFB05ST \uFB06ST \uFB13\u0544\u0546 \uFB14\u0544\u0535 \uFB15\u0544\u053B "
        + "\uFB16\u054E\u0546 \uFB17\u0544\u053D");

    private static readonly SearchValues<char> Special = SearchValues.Create([.. SpecialUpper.Keys]);

    public static string Upper(string text)
    {
        if (!text.AsSpan().ContainsAny(Special))
        {
            return text.ToUpperInvariant();
        }

        var output = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            output.Append(Upper(rune));
        }

        return output.ToString();
    }

    public static string Lower(string text)
    {
        var lower = text.ToLowerInvariant();
        if (!text.AsSpan().ContainsAny('\u0130', '\u03A3'))
        {
            return lower;
        }

        var output = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            _ = text[i] switch
            {
                '\u0130' => output.Append("i\u0307"),
                '\u03A3' => output.Append(IsFinal(text, i) ? '\u03C2' : '\u03C3'),
                _ => output.Append(lower[i]),
            };
        }

        return output.ToString();
    }

    /// <summary>The first letter in title case, the others in lower case.</summary>
    public static string Capitalize(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var length = char.IsSurrogatePair(text, 0) ? 2 : 1;
        return Title(text[..length]) + Lower(text)[length..];
    }

    /// <summary>Python's <c>str.title()</c>: a word is any run of letters.</summary>
    public static string TitleWords(string text)
    {
        var output = new StringBuilder(text.Length);
        var lower = text.ToLowerInvariant();
        var inWord = false;
        for (var i = 0; i < text.Length; i++)
        {
            output.Append(inWord ? lower[i].ToString() : Title(text[i].ToString()));
            inWord = char.IsLetter(text[i]);
        }

        return output.ToString();
    }

    public static string Swap(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => Rune.IsUpper(rune) ? Rune.ToLowerInvariant(rune).ToString() : Rune.IsLower(rune) ? Upper(rune) : rune.ToString()));

    private static string Upper(Rune rune) =>
        rune.IsBmp && SpecialUpper.TryGetValue((char)rune.Value, out var upper) ? upper : Rune.ToUpperInvariant(rune).ToString();

    private static string Title(string letter)
    {
        var upper = Upper(letter);
        if (upper is ['\u01C4' or '\u01C7' or '\u01CA' or '\u01F1'])
        {
            // The digraphs DŽ, LJ, NJ and DZ: their title case follows their upper case.
            return ((char)(upper[0] + 1)).ToString();
        }

        return upper.Length > letter.Length ? upper[..1] + Lower(upper[1..]) : upper;
    }

    private static bool IsFinal(string text, int at) =>
        at > 0 && char.IsLetter(text[at - 1]) && (at + 1 == text.Length || !char.IsLetter(text[at + 1]));

    private static Dictionary<char, string> Table(string entries) =>
        entries.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(entry => entry[0], entry => entry[1..]);
}
