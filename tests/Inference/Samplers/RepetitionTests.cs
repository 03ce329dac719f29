using System.Text;
using Platform.Contracts.Runs;
using Platform.Inference.Bigram;
using Platform.Inference.Engine;
using Platform.Inference.Samplers;

namespace Platform.Inference.Tests.Samplers;

public sealed class RepetitionTests : IDisposable
{
    private readonly BigramModel model = new();

    [Fact]
    public void A_token_that_would_go_on_with_what_was_said_loses_exponentially_in_its_length()
    {
        // "abcd" was said, and "abc" again: d would make it four; the three so far exceed the allowed two by one
        var changed = Penalised("abcd.abc", new DryPenalty(0.8f, 1.75f, 2, -1, []));
        Assert.Equal([('d', -0.8f * 1.75f)], changed);
    }

    [Fact]
    public void A_repetition_shorter_than_allowed_costs_nothing() => Assert.Empty(Penalised("abcd.abc", new DryPenalty(0.8f, 1.75f, 4, -1, [])));

    [Fact]
    public void Of_several_places_the_longest_repetition_counts() =>
        Assert.Equal([('d', -1f * 8), ('e', -1f * 2)], Penalised("xabcd.bce.xabc", new DryPenalty(1, 2, 1, -1, [])).Order());

    [Fact]
    public void A_repetition_may_overlap_itself() => Assert.Equal([('a', -1f * 16)], Penalised("aaaaaa", new DryPenalty(1, 2, 1, -1, [])));

    [Fact]
    public void A_repetition_does_not_reach_across_a_breaker() =>
        Assert.Equal([('d', -1f * 2)], Penalised("a:bcd.a:bc", new DryPenalty(1, 2, 1, -1, [":"])));

    [Fact]
    public void A_breaker_may_be_spread_over_several_tokens() =>
        Assert.Equal([('d', -1f)], Penalised("a=~bcd.a=~b", new DryPenalty(1, 2, 1, -1, ["=~"])).Select(one => one with { Token = 'd' }));

    [Fact]
    public void Only_the_last_tokens_are_looked_at_where_that_is_asked() =>
        Assert.Empty(Penalised("abcd.....abc", new DryPenalty(1, 2, 1, 6, [])));

    [Fact]
    public void What_was_changed_is_put_back()
    {
        var seen = new SeenTokens(model.Info.Vocabulary, model);
        var sampling = new Sampling { Seed = 1, RepeatPenalty = 1.5f, Extras = new() { Dry = new(1, 2, 1, -1, []) } };
        seen.Reset(sampling, Tokens("ab"), Tokens("ca"));
        seen.Generated(Tokens("b")[0]);
        var row = Enumerable.Range(0, model.Info.Vocabulary).Select(id => (float)id).ToArray();
        var copy = row.ToArray();
        seen.Penalise(row);
        Assert.NotEqual(copy, row);
        Assert.True(row[Tokens("c")[0]] < copy[Tokens("c")[0]] / 1.5f);
        seen.Restore(row);
        Assert.Equal(copy, row);
    }

    public void Dispose() => model.Dispose();

    private (char Token, float Change)[] Penalised(string text, DryPenalty penalty)
    {
        var repetition = new Repetition(model);
        repetition.Reset(penalty, Tokens(text[..3]), Tokens(text[3..]));
        var row = new float[model.Info.Vocabulary];
        repetition.Penalise(row);
        return [.. row.Index().Where(one => one.Item != 0).Select(one => (Encoding.UTF8.GetString(model.Text(one.Index, special: true))[0], one.Item))];
    }

    /// <summary>One token a byte.</summary>
    private static int[] Tokens(string text) => [.. text.Select(letter => BigramVocabulary.OfByte((byte)letter))];
}
