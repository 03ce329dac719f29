using Platform.Inference.Engine;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>What the sequences of a context hold: copied, saved, trimmed, and where there is no room.</summary>
public sealed class CacheTests(Bundled bundled)
{
    private const string Story = "Once upon a time there was a little robot who lived in a library and read every book, one page at a time.";

    [Fact]
    public void A_copied_prefix_goes_on_like_one_that_was_read()
    {
        var prompt = bundled.Tokens(Story);
        using var context = bundled.Context();
        var read = context.Read(0, prompt);
        context.Read(2, bundled.Tokens("something else that has to go"));

        context.CopyPrefix(0, 2, prompt.Length - 1);
        Assert.Equal(prompt.Length - 1, context.Length(2));
        var copied = context.Read(2, prompt.AsSpan(^1));
        Assert.Equal(read, copied);

        Assert.True(context.Trim(0, 0));
        Assert.Equal(0, context.Length(0));
        Assert.Equal(prompt.Length, context.Length(2));
        context.CopyPrefix(2, 0, 0);
        Assert.Equal(0, context.Length(0));
    }

    [Fact]
    public void A_saved_sequence_goes_on_bit_for_bit_where_it_is_loaded()
    {
        var prompt = bundled.Tokens(Story);
        using var context = bundled.Context();
        var read = context.Read(0, prompt);
        context.Trim(0, prompt.Length - 1);
        using var saved = context.Save(0);
        Assert.Equal(prompt.Length - 1, saved!.Length);
        context.Trim(0, 0);
        context.Read(1, bundled.Tokens("somebody else who came between"));

        Assert.True(context.Load(2, saved));
        Assert.Equal(prompt.Length - 1, context.Length(2));
        Assert.Equal(read, context.Read(2, prompt.AsSpan(^1)));
    }

    [Fact]
    public void What_finds_no_room_is_not_loaded_and_leaves_its_sequence_empty()
    {
        using var context = bundled.Context(length: 256, batch: 64);
        var filler = Enumerable.Repeat(bundled.Tokens(Story), 20).SelectMany(tokens => tokens).ToArray();
        context.Read(0, filler.AsSpan(0, 150));
        using var saved = context.Save(0);
        Assert.False(context.Load(1, saved!));
        Assert.Equal((150, 0), (context.Length(0), context.Length(1)));
        context.Trim(0, 0);
        Assert.True(context.Load(1, saved!));
    }

    [Fact]
    public void A_trimmed_sequence_can_be_read_on_from_there()
    {
        var prompt = bundled.Tokens(Story);
        using var context = bundled.Context();
        var first = context.Read(0, prompt);
        Assert.True(context.Trim(0, 10));
        Assert.Equal(10, context.Length(0));
        var again = context.Read(0, prompt.AsSpan(10));
        Assert.Equal(first, again);
    }

    [Fact]
    public void A_full_cache_leaves_everything_as_it_was()
    {
        using var context = bundled.Context(length: 256, batch: 64);
        var room = context.Info.ContextLength;
        var filler = Enumerable.Repeat(bundled.Tokens(Story), 100).SelectMany(tokens => tokens).ToArray();
        context.Read(0, filler.AsSpan(0, room - 40));
        context.Read(1, filler.AsSpan(0, 30));

        context.Batch.Clear();
        for (var i = 0; i < 20; i++)
        {
            context.Batch.Add(filler[i], i, 2, output: i == 19);
        }

        Assert.Equal(DecodeStatus.NoRoom, context.Decode());
        Assert.Equal((room - 40, 30, 0), (context.Length(0), context.Length(1), context.Length(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Logits(0).Length);

        Assert.True(context.Trim(1, 0));
        Assert.Equal(DecodeStatus.Ok, context.Decode());
        Assert.Equal(20, context.Length(2));
    }

    [Fact]
    public void A_step_of_several_calls_that_finds_no_room_is_taken_back_as_a_whole()
    {
        using var context = bundled.Context(length: 512, batch: 512);
        var filler = Enumerable.Repeat(bundled.Tokens(Story), 100).SelectMany(tokens => tokens).ToArray();
        context.Read(0, filler.AsSpan(0, 300));
        context.Read(1, filler.AsSpan(0, 10));
        context.Batch.Clear();
        foreach (var (sequence, begin, count) in new[] { (1, 10, 30), (2, 0, 60), (3, 0, 140) })
        {
            for (var i = begin; i < begin + count; i++)
            {
                context.Batch.Add(filler[i], i, sequence, output: i == begin + count - 1);
            }
        }

        Assert.Equal(DecodeStatus.NoRoom, context.Decode());
        Assert.Equal([300, 10, 0, 0], Enumerable.Range(0, 4).Select(context.Length));
        Assert.True(context.Trim(0, 100));
        Assert.Equal(DecodeStatus.Ok, context.Decode());
        Assert.Equal([100, 40, 60, 140], Enumerable.Range(0, 4).Select(context.Length));
    }
}
