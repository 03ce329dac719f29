using System.Buffers;
using System.Globalization;
using System.Text;
using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>The methods of <c>str</c> that ask what kind of characters it has.</summary>
internal static class TextClasses
{
    // The letters that Unicode's Unihan database gives a number.
    private static readonly SearchValues<char> HanNumerals = SearchValues.Create(
        "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零"
        + "");

    public static readonly Builtin[] Methods =
    [
        All("isalpha", rune => Rune.IsLetter(rune)),
        All("isalnum", rune => Rune.IsLetter(rune) || Rune.IsNumber(rune)),
        All("isdecimal", rune => Rune.IsDigit(rune)),
        All("isdigit", rune => IsDigit(rune)),
        All("isnumeric", rune => Rune.IsNumber(rune) || (rune.IsBmp && HanNumerals.Contains((char)rune.Value))),
        All("isspace", rune => rune.IsBmp && Whitespace.Is((char)rune.Value)),
        All("isascii", rune => rune.IsAscii, whenEmpty: true),
        All("isprintable", StringRepr.IsPrintable, whenEmpty: true),
        new("isidentifier", "", call => BooleanValue.Of(IsIdentifier(call.SelfText.Text))),
        new("islower", "", call => BooleanValue.Of(IsLower(call.SelfText.Text))),
        new("isupper", "", call => BooleanValue.Of(IsUpper(call.SelfText.Text))),
        new("istitle", "", call => BooleanValue.Of(IsTitle(call.SelfText.Text))),
    ];

    public static bool IsLower(string text) => text.EnumerateRunes().Any(Rune.IsLower) && !text.EnumerateRunes().Any(IsUpperOrTitle);

    public static bool IsUpper(string text) => text.EnumerateRunes().Any(Rune.IsUpper) && !text.EnumerateRunes().Any(rune => Rune.IsLower(rune));

    private static Builtin All(string name, Func<Rune, bool> holds, bool whenEmpty = false) =>
        new(name, "", call => BooleanValue.Of(call.SelfText.Text.Length == 0 ? whenEmpty : call.SelfText.Text.EnumerateRunes().All(holds)));

    private static bool IsDigit(Rune rune) => rune.IsBmp ? CharUnicodeInfo.GetDigitValue((char)rune.Value) >= 0 : Rune.IsDigit(rune);

    private static bool IsUpperOrTitle(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsIdentifier(string text) =>
        text.Length > 0 && (char.IsLetter(text[0]) || text[0] == '_') && text.All(c => char.IsLetterOrDigit(c) || c == '_');

    private static bool IsTitle(string text)
    {
        var (wasCased, hasWord) = (false, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var (isUpper, isLower) = (IsUpperOrTitle(rune), Rune.IsLower(rune));
            if ((isUpper && wasCased) || (isLower && !wasCased))
            {
                return false;
            }

            wasCased = isUpper || isLower;
            hasWord |= wasCased;
        }

        return hasWord;
    }
}
