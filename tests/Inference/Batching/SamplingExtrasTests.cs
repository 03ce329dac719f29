using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Bigram;

namespace Platform.Inference.Tests.Batching;

public sealed class SamplingExtrasTests : IAsyncDisposable
{
    private readonly BigramModel model = new();
    private readonly ContinuousBatcher batcher;

    public SamplingExtrasTests() => batcher = new(model, new(ContextLength: 128, Slots: 2, CacheTokens: 256));

    [Fact]
    public async Task A_bias_bans_and_forces_tokens()
    {
        var forced = await Run(new() { LogitBias = [new(BigramVocabulary.OfByte((byte)'z'), 100)] });
        Assert.Equal([.. Enumerable.Repeat(BigramVocabulary.OfByte((byte)'z'), 8)], forced);
        var free = (await Run(null))[0];
        Assert.NotEqual(free, (await Run(new() { LogitBias = [new(free, -100)] }))[0]);
    }

    [Fact]
    public async Task No_end_token_is_drawn_before_the_least_number_of_tokens_or_where_it_is_to_be_ignored()
    {
        var end = new LogitBias(BigramVocabulary.TurnEnd, 100);
        Assert.Equal((int[])[BigramVocabulary.TurnEnd], await Run(new() { LogitBias = [end] }));
        var late = await Run(new() { LogitBias = [end], MinTokens = 5 });
        Assert.Equal((6, BigramVocabulary.TurnEnd), (late.Length, late[^1]));
        Assert.DoesNotContain(BigramVocabulary.TurnEnd, await Run(new() { LogitBias = [end], IgnoreEnd = true }));
    }

    [Fact]
    public async Task A_stop_token_ends_the_choice()
    {
        var free = await Run(null);
        var stopped = await Run(new() { StopTokens = [free[3]] });
        Assert.Equal(free[..4], stopped);
    }

    [Theory]
    [InlineData(true, "logit_bias")]
    [InlineData(false, "stop_token_ids")]
    public async Task A_token_outside_the_vocabulary_is_refused_by_the_name_of_its_field(bool bias, string param)
    {
        var error = await Refused(bias ? new() { LogitBias = [new(1_000_000, 1)] } : new() { StopTokens = [1_000_000] });
        Assert.Equal((RunErrorKind.InvalidRequest, param), (error.Kind, error.Param));
        Assert.Contains("1000000", error.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await batcher.DisposeAsync();
        model.Dispose();
    }

    private async Task<int[]> Run(SamplingExtras? extras) => (await batcher.Run(model.Prompt("The "), Harness.Greedy with { Extras = extras }, maxTokens: 8)).Tokens();

    private async Task<RunError> Refused(SamplingExtras extras) => (await batcher.Run(model.Prompt("The "), Harness.Greedy with { Extras = extras })).Error!;
}
