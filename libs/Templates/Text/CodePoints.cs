using Platform.Templates.Values;

namespace Platform.Templates.Text;

/// <summary>Python counts and orders text by code points, .NET by UTF-16 units: the same thing until a surrogate occurs.</summary>
internal static class CodePoints
{
    public static int Count(string text) => IsPlain(text) ? text.Length : ToPoints(text, text.Length);

    public static IEnumerable<string> Split(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = LengthAt(text, at);
            yield return text.Substring(at, length);
            at += length;
        }
    }

    public static string? At(string text, long index)
    {
        var count = Count(text);
        index = index < 0 ? index + count : index;
        if (index < 0 || index >= count)
        {
            return null;
        }

        var at = ToUnits(text, (int)index);
        return text.Substring(at, LengthAt(text, at));
    }

    public static string Slice(string text, SliceValue slice)
    {
        if (IsPlain(text))
        {
            var (first, stride, count) = slice.Resolve(text.Length);
            return stride == 1 ? text.Substring(count == 0 ? 0 : first, count) : new string(slice.Pick(text.AsSpan()));
        }

        return string.Concat(slice.Pick<string>(Split(text).ToArray()));
    }

    public static string Reverse(string text) => string.Concat(Split(text).Reverse());

    /// <summary>The number of code points before a UTF-16 offset.</summary>
    public static int ToPoints(string text, int units)
    {
        var points = 0;
        for (var at = 0; at < units; at += LengthAt(text, at))
        {
            points++;
        }

        return points;
    }

    /// <summary>The UTF-16 offset of a code point; the end of the text for one beyond it.</summary>
    public static int ToUnits(string text, int points)
    {
        if (IsPlain(text))
        {
            return Math.Min(points, text.Length);
        }

        var at = 0;
        while (points-- > 0 && at < text.Length)
        {
            at += LengthAt(text, at);
        }

        return at;
    }

    public static int Compare(string left, string right)
    {
        var at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        // Surrogates sort below U+E000 by unit, but stand for code points above every unit.
        var (a, b) = (left[at], right[at]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    private static int LengthAt(string text, int at) => char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
}
