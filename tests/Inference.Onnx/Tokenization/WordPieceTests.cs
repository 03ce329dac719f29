using Platform.Inference.Onnx.Tokenization;

namespace Platform.Inference.Onnx.Tests.Tokenization;

public sealed class WordPieceTests(Bundled bundled)
{
    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Golden.Cases.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_text_has_the_ids_of_the_reference(int number)
    {
        var (text, expected, _) = Golden.Cases[number];
        Assert.Equal(expected, bundled.MiniLm.Tokenizer.Encode(text, Golden.MaxLength));
    }

    [Theory]
    [InlineData("the cat sits on unbelievablyembeddings")]
    [InlineData("qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq zzzzzzzzzzzzzzzz")]
    public void A_text_is_cut_inside_a_word_too_and_keeps_its_last_mark(string text)
    {
        var tokenizer = bundled.MiniLm.Tokenizer;
        var whole = tokenizer.Encode(text);
        for (var most = 2; most <= whole.Length + 1; most++)
        {
            Assert.Equal(most >= whole.Length ? whole : [.. whole[..(most - 1)], tokenizer.End], tokenizer.Encode(text, most));
        }
    }

    /// <summary>As the reference's basic tokenization is described: control characters go, blanks of all kinds part words, every mark and every Chinese character stands alone.</summary>
    [Theory]
    [InlineData("a\u0000b\ufffdc\u200dd", "abcd")]
    [InlineData("a\u000bb", "ab")]
    [InlineData("a\u00a0b\u3000c\r\n\td", "a b c d")]
    [InlineData("a+b<c>d^e`f|g~h$i=j", "a + b < c > d ^ e ` f | g ~ h $ i = j")]
    [InlineData("«¿ñ?»", "« ¿ n ? »")]
    [InlineData("東京都", "東 京 都")]
    [InlineData("かな", "かな")]
    [InlineData("ÅÉñçẪ", "aenca")]
    [InlineData("e\u0301", "e")]
    [InlineData("İSTANBUL", "istanbul")]
    [InlineData("ΑΣ", "ασ")]
    [InlineData("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af")]
    [InlineData("\u2126\u212b", "ωa")]
    [InlineData("\uf900", "\u8c48")]
    [InlineData("𝅗𝅥x", "𝅗𝅥x")]
    public void A_text_is_split_as_in_the_reference(string text, string words) =>
        Assert.Equal(words, new BertText(LowerCase: true, StripAccents: true).Split(text).TrimEnd());

    [Fact]
    public void A_cased_model_keeps_case_and_accents() =>
        Assert.Equal("Ünïcode , É ", new BertText(LowerCase: false, StripAccents: false).Split("Ünïcode, É"));

    [Fact]
    public void Half_a_surrogate_pair_is_left_out() => Assert.Equal(bundled.MiniLm.Tokenizer.Encode("ab"), bundled.MiniLm.Tokenizer.Encode("a\ud83db"));

    [Fact]
    public void Token_lists_get_the_marks_they_lack()
    {
        var (tokenizer, whole) = (bundled.MiniLm.Tokenizer, bundled.MiniLm.Tokenizer.Encode("the cat"));
        Assert.Equal(whole, tokenizer.Frame(whole));
        Assert.Equal(whole, tokenizer.Frame(whole.AsSpan(1, whole.Length - 2)));
        Assert.Equal(whole, tokenizer.Frame(whole.AsSpan(1)));
        Assert.Equal(whole, tokenizer.Frame(whole.AsSpan(0, whole.Length - 1)));
    }
}
