using System.Text;
using Platform.Inference.Bigram;
using Platform.Inference.Engine;
using Platform.Inference.Tests.Batching;

namespace Platform.Inference.Tests.Bigram;

public sealed class BigramTests
{
    [Fact]
    public void Logits_are_the_smoothed_frequencies_of_the_text()
    {
        using var model = new BigramModel("1121\n\n12"u8);
        using var context = model.CreateContext(new ContextSpec(16, 1, 16, 1, 1));
        var row = Decode(context, 0, BigramVocabulary.OfByte((byte)'1'));

        // After a 1 the text has 1 once, 2 twice, and an end once; 0.0001 is added to each count.
        var total = 4 + 0.0001 * model.Info.Vocabulary;
        Assert.Equal(Math.Log(1.0001 / total), row[BigramVocabulary.OfByte((byte)'1')], 1e-6);
        Assert.Equal(Math.Log(2.0001 / total), row[BigramVocabulary.OfByte((byte)'2')], 1e-6);
        Assert.Equal(Math.Log(1.0001 / total), row[model.Info.Eos], 1e-6);
        Assert.Equal(Math.Log(0.0001 / total), row[BigramVocabulary.OfByte((byte)'x')], 1e-6);
    }

    [Fact]
    public void Every_row_is_a_distribution()
    {
        using var model = new BigramModel();
        for (var token = 0; token < model.Info.Vocabulary; token++)
        {
            Assert.Equal(1, model.After(token).ToArray().Sum(logit => Math.Exp(logit)), 1e-4);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("the tea house, the cat & a café ☕ 🌊\r\n\t the")]
    [InlineData("<|im_start|>user\nthe tea<|im_end|>\n")]
    [InlineData("aVeryLongWordThatIsLongerThanAnyWordTheVocabularyCouldEverHold and  two  spaces ")]
    public void Pieces_of_tokens_make_up_the_text(string text)
    {
        using var model = new BigramModel();
        foreach (var special in new[] { false, true })
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            var tokens = new int[utf8.Length + 1];
            var count = model.Tokenize(utf8, tokens, addSpecial: false, special);
            Assert.Equal(text, Encoding.UTF8.GetString([.. tokens[..count].SelectMany(token => Piece(model, token, special: true))]));
            Assert.Equal(special && text.Contains("<|im_end|>", StringComparison.Ordinal), tokens.AsSpan(0, count).Contains(model.Info.Eos));
            if (count > 0)
            {
                Assert.Equal(-count, model.Tokenize(utf8, tokens.AsSpan(0, count - 1), addSpecial: false, special));
            }
        }
    }

    [Fact]
    public void Limits_are_those_of_a_real_engine()
    {
        using var model = new BigramModel();
        using var context = model.CreateContext(new ContextSpec(ContextLength: 8, Sequences: 2, BatchSize: 5, Outputs: 1, Threads: 1));
        Assert.Equal(DecodeStatus.Invalid, context.Decode());
        Decode(context, 0, 5, 6, 7);
        context.Batch.Clear();
        context.Batch.Add(8, 4, 0, output: false);
        Assert.Equal(DecodeStatus.Invalid, context.Decode());
        Assert.Equal(3, context.Length(0));

        context.Batch.Clear();
        Assert.Equal(-1, context.Batch.Add(8, 0, 1, output: false));
        Assert.Equal(0, context.Batch.Add(8, 1, 1, output: true));
        Assert.Throws<InvalidOperationException>(() => context.Batch.Add(8, 2, 1, output: true));
        Assert.Throws<InvalidOperationException>(() => context.Batch.Add(model.Info.Vocabulary, 2, 1, output: false));
        Assert.Throws<InvalidOperationException>(() => context.Batch.Add(8, 2, 2, output: false));
        context.Batch.Add(8, 2, 1, output: false);
        context.Batch.Add(8, 3, 1, output: false);
        context.Batch.Add(8, 4, 1, output: false);
        Assert.Throws<InvalidOperationException>(() => context.Batch.Add(8, 5, 1, output: false));
        Assert.Equal(DecodeStatus.Ok, context.Decode());

        context.Batch.Clear();
        context.Batch.Add(9, 3, 0, output: false);
        Assert.Equal(DecodeStatus.NoRoom, context.Decode());
        Assert.True(context.Trim(1, 4));
        Assert.Equal(DecodeStatus.Ok, context.Decode());
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Piece(model.Info.Vocabulary, new byte[8], special: true));
    }

    [Fact]
    public void Shared_cells_count_once_until_every_holder_has_dropped_them()
    {
        using var model = new BigramModel();
        using var context = (BigramContext)model.CreateContext(new ContextSpec(10, 3, 10, 3, 1));
        Decode(context, 0, 5, 6, 7, 8, 9, 10);
        context.CopyPrefix(0, 1, 4);
        context.CopyPrefix(1, 2, 2);
        Assert.Equal(6, context.CellsUsed);
        Decode(context, 1, 11);
        Assert.Equal(7, context.CellsUsed);
        context.Trim(0, 0);
        Assert.Equal(5, context.CellsUsed);
        context.Trim(1, 1);
        Assert.Equal(2, context.CellsUsed);
        context.Trim(1, 0);
        context.Trim(2, 0);
        Assert.Equal(0, context.CellsUsed);
    }

    [Fact]
    public void A_recurrent_model_neither_trims_nor_copies_in_part()
    {
        using var model = new BigramModel(new BigramOptions(CanTrim: false));
        using var context = model.CreateContext(new ContextSpec(10, 2, 10, 1, 1));
        Decode(context, 0, 5, 6, 7);
        Assert.False(context.Trim(0, 2));
        Assert.Equal(3, context.Length(0));
        Assert.Throws<InvalidOperationException>(() => context.CopyPrefix(0, 1, 2));
        context.CopyPrefix(0, 1, 3);
        Assert.True(context.Trim(0, 0));
        Assert.Equal(3, context.Length(1));
    }

    [Fact]
    public async Task A_slow_decode_can_be_aborted()
    {
        using var model = new BigramModel(new BigramOptions(StepDelay: TimeSpan.FromMinutes(1)));
        using var context = model.CreateContext(new ContextSpec(10, 1, 10, 1, 1));
        context.Batch.Add(5, 0, 0, output: true);
        var decode = Task.Run(context.Decode);
        context.Abort(true);
        Assert.Equal(DecodeStatus.Aborted, await decode.WaitAsync(Harness.Patience));
        Assert.Equal(0, context.Length(0));
    }

    [Fact]
    public void Greedy_speech_of_the_built_in_text_goes_on_for_ever_with_whole_words()
    {
        using var model = new BigramModel();
        var tokens = Reference.Generate(model, model.Prompt("<|im_start|>assistant\n"), Harness.Greedy, 500);
        Assert.Equal(500, tokens.Length);
    }

    private static float[] Decode(IEngineContext context, int sequence, params int[] tokens)
    {
        context.Batch.Clear();
        for (var i = 0; i < tokens.Length; i++)
        {
            context.Batch.Add(tokens[i], context.Length(sequence) + i, sequence, output: i == tokens.Length - 1);
        }

        Assert.Equal(DecodeStatus.Ok, context.Decode());
        return context.Logits(0).ToArray();
    }

    private static byte[] Piece(BigramModel model, int token, bool special)
    {
        var piece = new byte[64];
        return piece[..model.Piece(token, piece, special)];
    }
}
