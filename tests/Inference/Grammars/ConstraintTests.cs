using Platform.Contracts.Runs;
using Platform.Grammars;
using Platform.Inference.Batching;
using Platform.Inference.Bigram;
using Platform.Inference.Engine;
using Platform.Inference.Grammars;
using Platform.Inference.Samplers;
using Platform.Inference.Tests.Batching;

namespace Platform.Inference.Tests.Grammars;

/// <summary>What a choice may say under a grammar, on the closed-form model.</summary>
public sealed class ConstraintTests : IAsyncDisposable
{
    private const string Digits = "root ::= \"{\" [0-9]{3} (\",\" [0-9]{3}){0,3} \"}\"";
    private static readonly HashSet<int> NoneShown = [];
    private readonly BigramModel model = new();
    private readonly ContinuousBatcher batcher;

    public ConstraintTests() => batcher = new ContinuousBatcher(model, new BatcherOptions(512, 8, 4096));

    public async ValueTask DisposeAsync()
    {
        await batcher.DisposeAsync();
        model.Dispose();
    }

    [Fact]
    public async Task Every_answer_keeps_to_the_grammar_and_ends_by_itself()
    {
        var grammar = Grammar.Parse(Digits);
        var sink = await Run(Harness.Seeded(5), Digits, choices: 16);
        Assert.All(Enumerable.Range(0, 16), choice =>
        {
            Assert.Equal(FinishReason.Stop, sink.Reason(choice));
            Assert.True(grammar.Matches(Text(sink.Tokens(choice))));
        });
        Assert.True(Enumerable.Range(0, 16).Select(choice => string.Join(',', sink.Tokens(choice))).Distinct().Count() > 10);
    }

    [Fact]
    public async Task The_end_comes_when_nothing_else_may_whatever_the_sampling_bans()
    {
        var sink = await Run(Harness.Greedy, "root ::= \"tea\"");
        Assert.Equal("tea"u8.ToArray(), Text(sink.Tokens()));
        Assert.Equal(FinishReason.Stop, sink.Reason());
        Assert.True(model.IsEnd(sink.Tokens()[^1]));
    }

    [Fact]
    public async Task A_choice_continued_anywhere_goes_on_as_it_would_have()
    {
        var whole = (await Run(Harness.Seeded(9), Digits)).Tokens();
        for (var k = 0; k < whole.Length - 1; k++)
        {
            var rest = await batcher.Run(model.Prompt("tea"), Harness.Seeded(9), 200, request => request with { Grammar = Compiled(Digits), SoFar = [whole[..k]] });
            Assert.Equal(whole[k..], rest.Tokens());
        }
    }

    [Fact]
    public async Task Tokens_so_far_that_the_grammar_refuses_fail_the_generation()
    {
        var sink = await batcher.Run(model.Prompt("tea"), Harness.Greedy, 20, request => request with { Grammar = Compiled(Digits), SoFar = [model.Prompt("x")[1..]] });
        Assert.Equal((RunErrorKind.InvalidRequest, "invalid_grammar"), (sink.Error!.Kind, sink.Error.Code));
    }

    [Fact]
    public async Task Before_its_trigger_a_grammar_leaves_everything_free()
    {
        var free = (await batcher.Run(model.Prompt("tea"), Harness.Seeded(3), 60)).Tokens();
        var sink = await batcher.Run(model.Prompt("tea"), Harness.Seeded(3), 60, request => request with { Grammar = Compiled(Digits, "\u0001never") });
        Assert.Equal(free, sink.Tokens());
    }

    [Fact]
    public async Task From_its_trigger_on_a_grammar_holds()
    {
        var sink = await batcher.Run(model.Prompt("tea"), Harness.Seeded(3), 200, request => request with { Grammar = Compiled("root ::= \"the\" \" cup\" [!?]", "the") });
        var text = System.Text.Encoding.UTF8.GetString(Text(sink.Tokens()));
        Assert.Equal(FinishReason.Stop, sink.Reason());
        Assert.Matches("the cup[!?]$", text);
        Assert.Equal(text.IndexOf("the", StringComparison.Ordinal), text.Length - "the cup!".Length);
    }

    [Fact]
    public void Drawing_again_after_a_refusal_is_as_likely_as_drawing_from_what_is_allowed()
    {
        var trie = new TokenTrie(model);
        var row = Row();
        var letters = new[] { "a", "b", "c", "d" }.Select(letter => model.Prompt(letter)[1]).ToArray();
        var total = letters.Sum(token => Math.Exp(row[token]));
        var counts = letters.ToDictionary(token => token, _ => 0);
        var sampler = new Sampler(model.Info.Vocabulary);
        var seen = new SeenTokens(model.Info.Vocabulary);
        for (var position = 0; position < 20_000; position++)
        {
            counts[sampler.Draw(row, Harness.Seeded(1), seen, 0, position, new TokenConstraint(Compiled("root ::= [a-d]{2}"), trie))]++;
        }

        Assert.All(letters, token => Assert.Equal(Math.Exp(row[token]) / total, counts[token] / 20_000.0, 0.015));
    }

    private static OutputGrammar Compiled(string grammar, params string[] triggers) => OutputGrammar.Compile(new OutputConstraint(grammar, triggers), NoneShown);

    private Task<Recorder> Run(Sampling sampling, string grammar, int choices = 1) =>
        batcher.Run(model.Prompt("tea"), sampling, 200, request => request with { Grammar = Compiled(grammar), Choices = choices });

    private float[] Row()
    {
        using var context = model.CreateContext(new ContextSpec(16, 1, 16, 1, 1));
        context.Batch.Clear();
        context.Batch.Add(model.Prompt("t")[1], 0, 0, output: true);
        Assert.Equal(DecodeStatus.Ok, context.Decode());
        return context.Logits(0).ToArray();
    }

    private byte[] Text(int[] tokens)
    {
        var trie = new TokenTrie(model);
        return [.. tokens.SelectMany(token => trie.Bytes(token).ToArray())];
    }
}
