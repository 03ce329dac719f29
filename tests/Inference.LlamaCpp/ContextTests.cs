using System.Diagnostics;
using Platform.Inference.Engine;

namespace Platform.Inference.LlamaCpp.Tests;

public sealed class ContextTests(Bundled bundled)
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
    public void Sequences_decoded_together_say_what_each_says_alone()
    {
        string[] texts = ["The capital of France is", "Water boils at a temperature of", "The opposite of hot is", "Two plus two equals"];
        using var context = bundled.Context();
        var alone = texts.Select((text, i) => Driving.LogProbabilities(context.Read(i, bundled.Tokens(text)))).ToArray();

        for (var i = 0; i < texts.Length; i++)
        {
            context.Trim(i, 0);
        }

        context.Batch.Clear();
        var rows = texts.Select((text, sequence) =>
        {
            var tokens = bundled.Tokens(text);
            return tokens.Select((token, position) => context.Batch.Add(token, position, sequence, output: position == tokens.Length - 1)).Last();
        }).ToArray();
        Assert.Equal([0, 1, 2, 3], rows);
        Assert.Equal(DecodeStatus.Ok, context.Decode());
        for (var i = 0; i < texts.Length; i++)
        {
            var together = Driving.LogProbabilities(context.Logits(rows[i]));
            var best = Driving.Best(alone[i]);
            Assert.Equal(best, Driving.Best(together));
            Assert.Equal(alone[i][best], together[best], 0.05f);
        }
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

    [Fact]
    public void A_sequence_says_the_same_whoever_is_decoded_beside_it()
    {
        const int Neighbours = 7;
        using var context = bundled.Context(length: 4096, sequences: Neighbours + 1, batch: 512, outputs: Neighbours + 1);
        var tokens = bundled.Tokens(Story);
        var alone = tokens.Select((_, i) => i == 0 ? context.Read(0, tokens.AsSpan(0, 20)) : i < 6 ? context.Read(0, tokens.AsSpan(19 + i, 1)) : []).Take(6).ToArray();
        context.Trim(0, 0);
        context.Read(1, tokens);

        for (var step = 0; step < 6; step++)
        {
            if (step is 0 or 3)
            {
                // a neighbour leaves and another comes
                context.Trim(1 + step, 0);
            }

            context.Batch.Clear();
            var row = -1;
            for (var sequence = Neighbours; sequence >= 0; sequence--)
            {
                var (from, to) = context.Length(sequence) == 0 ? (0, 20 + (sequence * 10)) : (context.Length(sequence), context.Length(sequence) + 1);
                for (var i = from; i < to; i++)
                {
                    row = context.Batch.Add(tokens[i % tokens.Length], i, sequence, output: i == to - 1);
                }
            }

            Assert.Equal(DecodeStatus.Ok, context.Decode());
            Assert.Equal(alone[step], context.Logits(row).ToArray());
        }
    }

    [Fact]
    public async Task A_running_decode_is_aborted_within_100_milliseconds()
    {
        using var context = bundled.Context(length: 4096, batch: 4096);
        var tokens = bundled.Tokens(Story);
        context.Read(1, tokens);
        for (var i = 0; i < 4000; i++)
        {
            if (i == 0)
            {
                context.Batch.Clear();
            }

            context.Batch.Add(tokens[i % tokens.Length], i, 0, output: i == 3999);
        }

        using var begins = new ManualResetEventSlim();
        var decode = Task.Factory.StartNew(
            () =>
            {
                begins.Set();
                return (context.Decode(), Stopwatch.GetTimestamp());
            },
            TaskCreationOptions.LongRunning);
        begins.Wait(TestContext.Current.CancellationToken);
        await Task.WhenAny(decode, Task.Delay(300, TestContext.Current.CancellationToken));
        Assert.False(decode.IsCompleted, "the prompt was too short to abort");
        var asked = Stopwatch.GetTimestamp();
        context.Abort(true);
        var (status, ended) = await decode;
        Assert.Equal(DecodeStatus.Aborted, status);
        Assert.InRange(Stopwatch.GetElapsedTime(asked, ended).TotalMilliseconds, 0, 100);

        Assert.Equal(tokens.Length, context.Length(1));
        Assert.InRange(context.Length(0), 0, 3999);
        context.Abort(false);
        Assert.True(context.Trim(0, 0));
        Assert.Equal(49152, context.Read(1, tokens).Length);
    }

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

    [Theory]
    [InlineData(64, 8, 1, 1)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(100, 256, 2048, 1)]
    [InlineData(1024, 3, 600, 20)]
    public void Odd_shapes_decode_as_many_tokens_and_rows_as_they_promise(int length, int sequences, int batchSize, int outputs)
    {
        using var context = bundled.Context(length, sequences, batchSize, outputs);
        var batch = context.Batch;
        while (batch.Count < batch.Capacity)
        {
            batch.Add(198, batch.Count, sequences - 1, output: batch.Count < context.Info.Outputs);
        }

        Assert.Equal(DecodeStatus.Ok, context.Decode());
        Assert.Equal(49152, context.Logits(Math.Min(batch.Count, context.Info.Outputs) - 1).Length);
    }

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

    [Fact]
    public void Loading_and_unloading_again_and_again_takes_no_memory()
    {
        Cycle(8);
        var before = Resident();
        Cycle(20);
        // one cache is 23 MB; the allocator keeps some
        Assert.InRange(Resident() - before, -100_000_000, 40_000_000);

        void Cycle(int times)
        {
            for (var i = 0; i < times; i++)
            {
                using var model = LlamaModel.Load(Bundled.ModelPath);
                using var context = model.CreateContext(new ContextSpec(1024, 4, 64, 4, LlamaLibrary.DefaultThreads));
                context.Read(0, [1, 9690, 198]);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }

        static long Resident() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
