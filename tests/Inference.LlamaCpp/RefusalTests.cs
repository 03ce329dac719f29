using Platform.Inference.Engine;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>What a context does not do.</summary>
public sealed class RefusalTests(Bundled bundled)
{
    [Fact]
    public void A_wrong_position_is_refused_and_changes_nothing()
    {
        using var context = bundled.Context();
        var logits = context.Read(0, [1, 9690, 198]);
        foreach (var positions in new int[][] { [4], [2], [3, 3], [3, 5], [0] })
        {
            context.Batch.Clear();
            Array.ForEach(positions, position => context.Batch.Add(5, position, 0, output: false));
            Assert.Equal(DecodeStatus.Invalid, context.Decode());
            Assert.Equal(3, context.Length(0));
        }

        context.Batch.Clear();
        Assert.Equal(DecodeStatus.Invalid, context.Decode());
        context.Batch.Add(5, 1, 3, output: false);
        Assert.Equal(DecodeStatus.Invalid, context.Decode());
        Assert.Equal(49152, context.Read(0, [5]).Length);
        Assert.Equal(49152, logits.Length);
    }

    [Fact]
    public void What_llama_cpp_would_abort_on_throws()
    {
        using var context = bundled.Context(batch: 16, outputs: 4);
        var batch = context.Batch;

        Assert.Throws<InvalidOperationException>(() => batch.Add(49152, 0, 0, output: false));
        Assert.Throws<InvalidOperationException>(() => batch.Add(-1, 0, 0, output: false));
        Assert.Throws<InvalidOperationException>(() => batch.Add(1, 0, 4, output: false));
        Assert.Throws<InvalidOperationException>(() => batch.Add(1, 0, -1, output: false));
        Assert.Throws<InvalidOperationException>(() => batch.Add(1, -1, 0, output: false));
        Assert.Equal(0, batch.Count);

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(i, batch.Add(1, i, 0, output: true));
        }

        Assert.Contains("output row", Assert.Throws<InvalidOperationException>(() => batch.Add(1, 4, 0, output: true)).Message, StringComparison.Ordinal);
        for (var i = 4; i < batch.Capacity; i++)
        {
            Assert.Equal(-1, batch.Add(1, i, 0, output: false));
        }

        Assert.Equal(16, batch.Count);
        Assert.Contains("full", Assert.Throws<InvalidOperationException>(() => batch.Add(1, 16, 0, output: false)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Logits(0).Length);
        Assert.Equal(DecodeStatus.Ok, context.Decode());
        Assert.Equal(49152, context.Logits(3).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Logits(4).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Logits(-1).Length);

        Assert.Throws<ArgumentOutOfRangeException>(() => context.Trim(4, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Trim(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Trim(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Length(99));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.CopyPrefix(0, 4, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.CopyPrefix(0, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.CopyPrefix(0, 1, 17));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.CopyPrefix(0, 1, -1));
    }

    [Theory]
    [InlineData(0, 1, 1, 1, 1)]
    [InlineData(256, 0, 1, 1, 1)]
    [InlineData(256, 257, 1, 1, 1)]
    [InlineData(256, 1, 0, 1, 1)]
    [InlineData(256, 1, 1, 0, 1)]
    [InlineData(256, 1, 1, 1, 0)]
    [InlineData(256, 1, 1, 1, int.MaxValue)]
    [InlineData(int.MaxValue, 1, 1, 1, 1)]
    public void A_context_that_can_not_be_is_refused(int length, int sequences, int batch, int outputs, int threads) =>
        Assert.Throws<EngineException>(() => bundled.Model.CreateContext(new ContextSpec(length, sequences, batch, outputs, threads)));

    [Fact]
    public void A_context_that_was_disposed_of_says_so()
    {
        var context = bundled.Context();
        context.Read(0, [1, 9690]);
        context.Dispose();
        context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => context.Decode());
        Assert.Throws<ObjectDisposedException>(() => context.Batch.Add(1, 0, 0, output: false));
        Assert.Throws<ObjectDisposedException>(() => context.Logits(0).Length);
        Assert.Throws<ObjectDisposedException>(() => context.Length(0));
        Assert.Throws<ObjectDisposedException>(() => context.Trim(0, 0));
        context.Abort(true);
    }
}
