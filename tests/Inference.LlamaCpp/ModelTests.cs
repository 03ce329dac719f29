using System.Text;
using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp.Tests;

public sealed class ModelTests(Bundled bundled)
{
    private LlamaModel Model => bundled.Model;

    [Fact]
    public void The_model_tells_what_it_is()
    {
        Assert.Equal(8192, Model.Info.TrainContext);
        Assert.Equal(49152, Model.Info.Vocabulary);
        Assert.Equal((1, "<|im_start|>"), (Model.Info.Bos, Model.Info.BosText));
        Assert.Equal((2, "<|im_end|>"), (Model.Info.Eos, Model.Info.EosText));
        Assert.False(Model.Info.AddBos);
        Assert.True(Model.Info.CanTrim);
        Assert.Equal("llama", Model.Info.Metadata["general.architecture"]);
        Assert.Contains("<|im_start|>", Model.ChatTemplate(), StringComparison.Ordinal);
        Assert.Null(Model.ChatTemplate("tool_use"));
    }

    [Fact]
    public void Weights_lie_in_huge_pages_where_the_system_gives_them()
    {
        Assert.SkipUnless(HugePages.AreGiven, "the system gives no huge pages");
        var before = Advised();
        using var model = LlamaModel.Load(Bundled.ModelPath);
        Assert.InRange(Advised() - before, new FileInfo(Bundled.ModelPath).Length * 9 / 10, long.MaxValue);

        static long Advised()
        {
            var (bytes, stretch) = (0L, 0L);
            foreach (var line in File.ReadLines("/proc/self/smaps"))
            {
                if (line.StartsWith("Size:", StringComparison.Ordinal)) stretch = 1024 * long.Parse(line.Split(' ')[^2], System.Globalization.CultureInfo.InvariantCulture);
                if (line.StartsWith("VmFlags:", StringComparison.Ordinal) && line.Contains(" hg", StringComparison.Ordinal)) bytes += stretch;
            }

            return bytes;
        }
    }

    [Fact]
    public void A_span_that_is_too_small_tells_the_number_needed()
    {
        var text = "What is gravity?"u8;
        var needed = -Model.Tokenize(text, [], addSpecial: false, parseSpecial: false);
        Assert.InRange(needed, 1, text.Length);
        Assert.Equal(needed, Model.Tokenize(text, new int[needed], addSpecial: false, parseSpecial: false));
        Assert.Equal(-needed, Model.Tokenize(text, new int[needed - 1], addSpecial: false, parseSpecial: false));
        Assert.Equal(0, Model.Tokenize([], [], addSpecial: false, parseSpecial: false));
        Assert.Equal(-12, Model.Piece(Model.Info.Bos, [], special: true));
    }

    [Fact]
    public void Control_tokens_in_a_text_are_only_meant_where_they_are_allowed()
    {
        Assert.Equal([1], bundled.Tokens("<|im_start|>"));
        Assert.DoesNotContain(1, bundled.Tokens("<|im_start|>", special: false));
    }

    [Fact]
    public void Control_tokens_show_their_text_only_when_asked()
    {
        var bytes = new byte[64];
        Assert.Equal(0, Model.Piece(1, bytes, special: false));
        Assert.Equal(12, Model.Piece(1, bytes, special: true));
        Assert.True(Model.IsEnd(2));
        Assert.False(Model.IsEnd(100));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(49152)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void An_id_outside_the_vocabulary_is_refused(int token)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Model.Piece(token, new byte[64], special: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => Model.IsEnd(token));
    }

    public static TheoryData<string> Texts =>
    [
        "", " ", "  leading and trailing  ", "naïve café — “quotes”", "日本語のテキスト", "👩‍👩‍👧‍👦 🏳️‍🌈", "a\0b", "\r\n\t\v", "0123456789 3.14159", "<|im_start|>user", new string('x', 5000),
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_comes_back_from_its_tokens(string text)
    {
        var bytes = new List<byte>();
        var piece = new byte[256];
        foreach (var token in bundled.Tokens(text))
        {
            bytes.AddRange(piece.AsSpan(0, Model.Piece(token, piece, special: true)));
        }

        Assert.Equal(text, Encoding.UTF8.GetString([.. bytes]));
    }

    [Fact]
    public void Long_and_broken_texts_are_tokenized_without_harm()
    {
        var random = new Random(1);
        var noise = new byte[200_000];
        random.NextBytes(noise);
        var planes0To3 = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 0x40000).Where(Rune.IsValid).Select(point => new Rune(point).ToString())));
        foreach (var text in new[] { noise, Fill((byte)'a'), Fill((byte)' '), Fill((byte)'7'), Fill((byte)'\n'), Fill(0), Fill(0xFF), Fill(0xE2), Fill(0xF7), [0xF7, 0xBF, 0xBF, 0xBF], [0xED, 0xA0, 0x80], planes0To3, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("漢", 60_000))) })
        {
            Assert.InRange(Model.Tokenize(text, new int[3 * text.Length], addSpecial: true, parseSpecial: true), 1, 3 * text.Length);
        }

        static byte[] Fill(byte value) => [.. Enumerable.Repeat(value, 200_000)];
    }

    [Fact]
    public void A_text_longer_than_any_context_is_refused() =>
        Assert.Contains("4000001", Assert.Throws<EngineException>(() => Model.Tokenize(new byte[4_000_001], [], addSpecial: true, parseSpecial: true)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Many_threads_may_tokenize_at_once()
    {
        var expected = bundled.Tokens("The quick brown fox jumps over the lazy dog.");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                Assert.Equal(expected, bundled.Tokens("The quick brown fox jumps over the lazy dog."));
            }
        })));
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused_with_its_name()
    {
        var folder = Directory.CreateTempSubdirectory("llama").FullName;
        try
        {
            var whole = File.OpenHandle(Bundled.ModelPath);
            var start = new byte[3_000_000];
            RandomAccess.Read(whole, start, 0);
            whole.Dispose();
            foreach (var content in new[] { [], "GGUF"u8.ToArray(), "this is no model at all"u8.ToArray(), new byte[4096], start[..1000], start[..500_000], start })
            {
                var path = Path.Combine(folder, "broken.gguf");
                File.WriteAllBytes(path, content);
                var error = Assert.Throws<EngineException>(() => LlamaModel.Load(path));
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("no reason", error.Message, StringComparison.Ordinal);
            }

            Assert.Contains("gone.gguf", Assert.Throws<EngineException>(() => LlamaModel.Load(Path.Combine(folder, "gone.gguf"))).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_model_stays_until_its_last_context_is_gone()
    {
        var model = LlamaModel.Load(Bundled.ModelPath);
        using (var context = model.CreateContext(new ContextSpec(256, 1, 32, 1, 1)))
        {
            model.Dispose();
            Assert.Equal(49152, context.Read(0, [1, 9690, 198]).Length);
        }

        Assert.Throws<ObjectDisposedException>(() => model.Tokenize("x"u8, new int[4], addSpecial: false, parseSpecial: false));
        Assert.Throws<ObjectDisposedException>(() => model.CreateContext(new ContextSpec(256, 1, 32, 1, 1)));
        Assert.Throws<ObjectDisposedException>(() => model.ChatTemplate());
    }
}
