using System.Diagnostics;
using System.Text.Json;
using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Grammars;

namespace Platform.Inference.LlamaCpp.Tests;

public sealed class GrammarTests(Bundled bundled)
{
    private const string Json = """
        root ::= "{" ws "\"name\":" ws string "," ws "\"age\":" ws [0-9]{1,3} "," ws "\"tags\":" ws "[" (string ("," ws string){0,3})? "]" "}"
        string ::= "\"" ([^"\\\x00-\x1F] | "\\" ["\\bfnrt]){0,20} "\""
        ws ::= " "?
        """;

    [Fact]
    public async Task The_bundled_model_says_json_when_it_must()
    {
        await using var batcher = new ContinuousBatcher(bundled.Model, new BatcherOptions(512, 4, 2048, Threads: 1));
        var grammar = OutputGrammar.Compile(new OutputConstraint(Json, []), new HashSet<int>());
        var ended = new Collected();
        batcher.Submit(new SequenceRequest { Prompt = bundled.Tokens("Describe a person:"), Sampling = new Sampling { Seed = 4, Temperature = 1 }, MaxTokens = 300, Grammar = grammar, Sink = ended });
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(FinishReason.Stop, ended.Reason);
        using var json = JsonDocument.Parse(bundled.Text(ended.Tokens.SkipLast(1)));
        Assert.Equal(["name", "age", "tags"], json.RootElement.EnumerateObject().Select(property => property.Name));
    }

    private sealed class Collected : ITokenSink
    {
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public List<int> Tokens { get; } = [];
        public FinishReason? Reason { get; private set; }
        public Task Task => ended.Task;

        public void Started(int promptTokens, int cachedTokens)
        {
        }

        public bool Token(int choice, int token)
        {
            Tokens.Add(token);
            return false;
        }

        public void Finished(int choice, FinishReason reason)
        {
            Reason = reason;
            ended.SetResult();
        }

        public void Failed(RunError error) => ended.SetException(new UnreachableException(error.Message));
    }
}
