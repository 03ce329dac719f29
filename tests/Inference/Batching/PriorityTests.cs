using Platform.Inference.Batching;
using Platform.Inference.Bigram;
using Platform.Inference.Engine;

namespace Platform.Inference.Tests.Batching;

/// <summary>Lower bands come first, at the cost of higher ones where no slot is free; nobody's tokens are other ones for it, and nobody waits for ever.</summary>
public sealed class PriorityTests
{
    private const int Urgent = 0, Usual = 1, Patient = 2;

    public static TheoryData<bool, int> Caches => new() { { true, 1000 }, { true, 0 }, { false, 1000 }, { false, 0 } };

    [Theory]
    [MemberData(nameof(Caches))]
    public async Task One_that_comes_first_takes_a_slot_and_who_had_it_goes_on_later_as_if_nothing_had_been(bool canTrim, int hostCache)
    {
        using var model = new HistoryModel(new BigramOptions(CanTrim: canTrim)) { Endless = true };
        using var arrived = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        Recorder[] patient = [];
        var read = 0;
        model.OnDecode = reads =>
        {
            begun.Wait(Harness.Patience);
            read += reads[0].Sequences == 2 ? reads.Count : 0; // not those of the reference
            return patient.All(sink => sink.Total >= 5) && !arrived.Wait(Harness.Patience) ? DecodeStatus.Fatal : DecodeStatus.Ok;
        };
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 2, 1024, HostCacheTokens: hostCache));
        var prompts = Enumerable.Range(0, 3).Select(i => model.Prompt($"{i} is the number of the soup, and the soup is {i}")).ToArray();
        patient = [.. Enumerable.Range(0, 2).Select(i => Begin(batcher, prompts[i], i, 60, Patient))];
        begun.Set();
        await Harness.Until(() => patient.All(sink => sink.Total >= 5));
        var atEnd = 0;
        var urgent = Begin(batcher, prompts[2], 2, 30, Urgent, drawn => atEnd = drawn == 30 ? patient[1].Total : atEnd);
        arrived.Set();
        foreach (var (sink, i) in patient.Append(urgent).Select((sink, i) => (sink, i)))
        {
            Assert.Equal(Reference.Generate(model, prompts[i], Harness.Seeded(i), i == 2 ? 30 : 60), (await sink.Ended()).Tokens());
        }

        Assert.InRange(atEnd, 5, 10); // it waited from the urgent one's first token to its last
        var once = prompts.Sum(prompt => prompt.Length) + 59 + 59 + 29;
        Assert.InRange(read, once - 3, hostCache > 0 ? once : once + prompts[1].Length + 10); // a first token may be common to two prompts
        Assert.Equal(prompts.Sum(prompt => prompt.Length), batcher.Report().PromptTokens);
    }

    [Fact]
    public async Task Who_waits_is_served_by_band_and_within_it_in_the_order_of_arrival()
    {
        using var model = new HistoryModel { Endless = true };
        using var all = new ManualResetEventSlim();
        model.OnDecode = _ => all.Wait(Harness.Patience) ? DecodeStatus.Ok : DecodeStatus.Fatal;
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(64, 1, 64));
        var order = new List<int>();
        int[] bands = [Urgent, Patient, Usual, Urgent, Patient, Usual, Urgent];
        var sinks = bands.Select((band, i) => Begin(batcher, [10 + i], i, 3, band, drawn =>
        {
            if (drawn == 1)
            {
                order.Add(i);
            }
        })).ToArray();
        all.Set();
        foreach (var sink in sinks)
        {
            await sink.Ended();
        }

        Assert.Equal([0, 3, 6, 2, 5, 1, 4], order);
    }

    [Fact]
    public async Task Who_has_waited_a_thousand_steps_a_band_is_served_before_those_that_came_later()
    {
        using var model = new HistoryModel { Endless = true };
        using var all = new ManualResetEventSlim();
        model.OnDecode = _ => all.Wait(Harness.Patience) ? DecodeStatus.Ok : DecodeStatus.Fatal;
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(64, 1, 64));
        var order = new List<int>();
        var sinks = Enumerable.Range(0, 60).Select(i => Begin(batcher, [10 + i], i, 50, i == 1 ? Patient : Usual, drawn =>
        {
            if (drawn == 50)
            {
                order.Add(i);
            }
        })).ToArray();
        all.Set();
        foreach (var sink in sinks)
        {
            await sink.Ended();
        }

        Assert.InRange(order.IndexOf(1), 2000 / 50, (2000 / 50) + 1);
        Assert.Equal(Enumerable.Range(0, 60).Where(i => i != 1), order.Where(i => i != 1));
    }

    [Fact]
    public async Task Who_was_served_for_having_waited_is_not_sent_back_by_those_it_waited_for()
    {
        using var model = new HistoryModel { Endless = true };
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(2048, 1, 2048));
        using var queued = new ManualResetEventSlim();
        model.OnDecode = _ => queued.Wait(Harness.Patience) ? DecodeStatus.Ok : DecodeStatus.Fatal;
        var order = new List<string>();
        Recorder? late = null;
        var first = Begin(batcher, [10], 0, 1200, Usual, drawn => Note(drawn == 1200, "first"));
        var patient = Begin(batcher, [11], 1, 50, Patient, drawn =>
        {
            late = drawn == 5 ? Begin(batcher, [12], 2, 5, Usual, count => Note(count == 5, "late")) : late;
            Note(drawn == 50, "patient");
        });
        queued.Set();
        await first.Ended();
        await patient.Ended();
        await late!.Ended(); // begun by the patient one
        Assert.Equal(["first", "patient", "late"], order);

        void Note(bool over, string who)
        {
            if (over)
            {
                order.Add(who);
            }
        }
    }

    [Fact]
    public async Task Choices_give_way_one_by_one_and_only_as_many_as_are_in_the_way()
    {
        using var model = new HistoryModel { Endless = true };
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(512, 4, 2048));
        using var arrived = new ManualResetEventSlim();
        var patient = new Recorder(4);
        model.OnDecode = _ => patient.Total >= 20 && !arrived.Wait(Harness.Patience) ? DecodeStatus.Fatal : DecodeStatus.Ok;
        var prompt = model.Prompt("When the rain comes, the road is empty and the house is quiet.");
        batcher.Submit(new SequenceRequest { Prompt = prompt, Sampling = Harness.Seeded(1), MaxTokens = 60, Choices = 4, Band = Patient, Sink = patient });
        await Harness.Until(() => patient.Total >= 20);
        int[] atEnd = [];
        var urgent = Begin(batcher, [10, 11], 2, 20, Urgent, drawn => atEnd = drawn == 20 ? [.. Enumerable.Range(0, 4).Select(patient.Count)] : atEnd);
        arrived.Set();
        Assert.Equal(Reference.Generate(model, [10, 11], Harness.Seeded(2), 20), (await urgent.Ended()).Tokens());
        await patient.Ended();
        Assert.All(Enumerable.Range(0, 4), choice => Assert.Equal(Reference.Generate(model, prompt, Harness.Seeded(1), 60, choice), patient.Tokens(choice)));
        Assert.All(atEnd[..3], count => Assert.True(count >= 5 + 18));
        Assert.InRange(atEnd[3], 5, 7);
    }

    [Fact]
    public async Task Where_cells_are_short_the_higher_band_makes_room()
    {
        using var model = new HistoryModel { Endless = true };
        using var all = new ManualResetEventSlim();
        model.OnDecode = _ => all.Wait(Harness.Patience) ? DecodeStatus.Ok : DecodeStatus.Fatal;
        await using var batcher = new ContinuousBatcher(model, new BatcherOptions(128, 4, 160, PrefillChunk: 16, HostCacheTokens: 500));
        var order = new List<int>();
        var prompts = Enumerable.Range(0, 6).Select(i => (int[])[.. Enumerable.Repeat(10 + i, 50)]).ToArray();
        var sinks = Enumerable.Range(0, 6).Select(i => Begin(batcher, prompts[i], i, 60, i < 3 ? Patient : Urgent, drawn =>
        {
            if (drawn == 60)
            {
                order.Add(i);
            }
        })).ToArray();
        all.Set();
        for (var i = 0; i < sinks.Length; i++)
        {
            Assert.Equal(Reference.Generate(model, prompts[i], Harness.Seeded(i), 60), (await sinks[i].Ended()).Tokens());
        }

        Assert.Equal([3, 4, 5], order[..3].Order());
        Assert.Equal((0, 0), (batcher.Report().Running, batcher.Report().Waiting));
    }

    private static Recorder Begin(ContinuousBatcher batcher, int[] prompt, int seed, int tokens, int band, Action<int>? drawn = null)
    {
        var count = 0;
        return batcher.Begin(prompt, Harness.Seeded(seed), tokens, request => request with { Band = band }, (_, _) =>
        {
            drawn?.Invoke(++count);
            return false;
        }).Sink;
    }
}
