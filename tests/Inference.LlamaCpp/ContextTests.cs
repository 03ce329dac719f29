using Platform.Inference.Engine;

namespace Platform.Inference.LlamaCpp.Tests;

public sealed class ContextTests(Bundled bundled)
{
    private const string Story = "Once upon a time there was a little robot who lived in a library and read every book, one page at a time.";

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

    /// <summary>Cells are dropped, shared and moved many times over; the cache keeps no trace of it.</summary>
    [Fact]
    public void A_sequence_says_the_same_whatever_the_others_drop_and_share()
    {
        const int Sequences = 6, Most = 150, Steps = 100;
        var random = new Random(11);
        var words = bundled.Tokens(string.Concat(Enumerable.Repeat(Story, 8)));
        using var context = bundled.Context(length: 4096, sequences: Sequences, batch: 63, outputs: 1);
        var held = Enumerable.Range(0, Sequences).Select(_ => new List<int>()).ToArray();
        for (var step = 0; step < Steps; step++)
        {
            var (sequence, other) = (random.Next(Sequences), random.Next(Sequences));
            var tokens = held[sequence];
            if (tokens.Count > 100 || random.Next(5) == 0)
            {
                var kept = random.Next(2) * random.Next(tokens.Count + 1);
                Assert.True(context.Trim(sequence, kept));
                tokens.RemoveRange(kept, tokens.Count - kept);
            }

            if (other != sequence && random.Next(4) == 0)
            {
                var length = random.Next(held[other].Count + 1);
                context.CopyPrefix(other, sequence, length);
                held[sequence] = [.. held[other].Take(length)];
            }

            var more = words.AsSpan(random.Next(words.Length - 40), Math.Min(random.Next(1, 40), Most - held[sequence].Count));
            if (more.Length > 0)
            {
                context.Read(sequence, more);
                held[sequence].AddRange(more);
            }
        }

        using var alone = bundled.Context(length: 4096, sequences: 1, batch: 63, outputs: 1);
        for (var sequence = 0; sequence < Sequences; sequence++)
        {
            alone.Trim(0, 0);
            alone.Read(0, held[sequence].ToArray());
            Assert.Equal(alone.Read(0, words.AsSpan(0, 5)), context.Read(sequence, words.AsSpan(0, 5)));
        }
    }

    [Fact]
    public async Task A_running_decode_is_aborted()
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
                return context.Decode();
            },
            TaskCreationOptions.LongRunning);
        begins.Wait(TestContext.Current.CancellationToken);
        await Task.WhenAny(decode, Task.Delay(300, TestContext.Current.CancellationToken));
        Assert.False(decode.IsCompleted, "the prompt was too short to abort");
        context.Abort(true);
        Assert.Equal(DecodeStatus.Aborted, await decode);
        Assert.Equal(tokens.Length, context.Length(1));
        Assert.InRange(context.Length(0), 0, 3999);
        context.Abort(false);
        Assert.True(context.Trim(0, 0));
        Assert.Equal(49152, context.Read(1, tokens).Length);
    }

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
