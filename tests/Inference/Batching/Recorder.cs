using System.Collections.Concurrent;
using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.Samplers;

namespace Platform.Inference.Tests.Batching;

/// <summary>A sink that keeps what it is told and checks that it is told in order.</summary>
internal sealed class Recorder(int choices = 1) : ITokenSink
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<int>[] tokens = [.. Enumerable.Range(0, choices).Select(_ => new ConcurrentQueue<int>())];
    private readonly FinishReason?[] finished = new FinishReason?[choices];
    private int open = choices;

    /// <summary>Called for each token; true ends the choice.</summary>
    public Func<int, int, bool> OnToken { get; init; } = (_, _) => false;

    public (int Prompt, int Cached)? Begun { get; private set; }
    public RunError? Error { get; private set; }
    public List<string> Wrong { get; } = [];

    public int[] Tokens(int choice = 0) => [.. tokens[choice]];
    public int Count(int choice = 0) => tokens[choice].Count;
    public int Total => tokens.Sum(queue => queue.Count);
    public FinishReason? Reason(int choice = 0) => finished[choice];

    public async Task<Recorder> Ended()
    {
        await ended.Task.WaitAsync(Harness.Patience);
        Assert.Empty(Wrong);
        return this;
    }

    public void Started(int promptTokens, int cachedTokens)
    {
        Check(Begun is null, "started twice");
        Begun = (promptTokens, cachedTokens);
    }

    public Dictionary<int, TokenScores> Prompt { get; } = [];
    public List<TokenScores> Scores { get; } = [];

    public void PromptScored(int position, in TokenScores scores)
    {
        Check(Begun is null, "prompt scored after the start");
        Prompt[position] = scores;
    }

    public void Scored(int choice, in TokenScores scores) => Scores.Add(scores);

    /// <summary>Mirostat's μ after each token, of all choices.</summary>
    public List<float> Mus { get; } = [];

    public void Steered(int choice, float mu) => Mus.Add(mu);

    /// <summary>Right and wrong, of all choices.</summary>
    public (int Accepted, int Rejected) Guesses { get; private set; }

    public void Guessed(int choice, int accepted, int rejected) => Guesses = (Guesses.Accepted + accepted, Guesses.Rejected + rejected);

    public bool Token(int choice, int token)
    {
        Check(Begun is not null && finished[choice] is null && Error is null, "token out of turn");
        tokens[choice].Enqueue(token);
        return OnToken(choice, token);
    }

    public void Finished(int choice, FinishReason reason)
    {
        Check(finished[choice] is null && Error is null, "finished twice");
        finished[choice] = reason;
        if (--open == 0)
        {
            ended.TrySetResult();
        }
    }

    public void Failed(RunError error)
    {
        Check(Error is null, "failed twice");
        Error = error;
        ended.TrySetResult();
    }

    private void Check(bool condition, string otherwise)
    {
        if (!condition)
        {
            Wrong.Add(otherwise);
        }
    }
}
