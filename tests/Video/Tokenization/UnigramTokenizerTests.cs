using System.Text.Json;
using Platform.Video.Tokenization;

namespace Platform.Video.Tests.Tokenization;

public sealed class UnigramTokenizerTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden", "tokenizers");
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "tokenizer.json"))).RootElement;

    public static TheoryData<string, int> Cases =>
        [.. Golden.GetProperty("ids").EnumerateObject().SelectMany(m => Enumerable.Range(0, m.Value.GetArrayLength()).Select(i => new TheoryDataRow<string, int>(m.Name, i)))];

    [Theory, MemberData(nameof(Cases))]
    public void Ids_are_those_of_sentencepiece(string model, int text)
    {
        var tokenizer = UnigramTokenizer.Load(Path.Combine(Folder, model + ".model"));
        var expected = Golden.GetProperty("ids").GetProperty(model)[text].EnumerateArray().Select(id => id.GetInt32());
        Assert.Equal(expected, tokenizer.Encode(Golden.GetProperty("texts")[text].GetString()!));
    }

    [Fact]
    public void A_text_that_is_too_long_keeps_its_end_and_a_short_one_is_padded()
    {
        var tokenizer = UnigramTokenizer.Load(Path.Combine(Folder, "shapes.model"));
        var (ids, mask) = tokenizer.EncodePadded("a small red circle", 4);
        Assert.Equal(tokenizer.End, ids[^1]);
        Assert.All(mask, m => Assert.Equal(1, m));
        (ids, mask) = tokenizer.EncodePadded("", 3);
        Assert.Equal([tokenizer.End, 0L, 0L], ids);
        Assert.Equal([1L, 0L, 0L], mask);
    }

    [Fact]
    public void A_file_that_is_no_tokenizer_is_refused()
    {
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, [0xFF, 0xFF, 0xFF]);
        Assert.Throws<InvalidDataException>(() => UnigramTokenizer.Load(path));
        File.Delete(path);
    }
}
