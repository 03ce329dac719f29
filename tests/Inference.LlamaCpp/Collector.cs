using Platform.Contracts.Runs;
using Platform.Inference.Batching;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>A sink that keeps the tokens of one choice.</summary>
internal sealed class Collector : ITokenSink
{
    private readonly List<int> tokens = [];

    public TaskCompletionSource<(int[] Tokens, FinishReason Reason)> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Started(int promptTokens, int cachedTokens) { }

    public bool Token(int choice, int token)
    {
        tokens.Add(token);
        return false;
    }

    public int Accepted { get; private set; }
    public int Rejected { get; private set; }

    public void Guessed(int choice, int accepted, int rejected) => (Accepted, Rejected) = (Accepted + accepted, Rejected + rejected);

    public void Finished(int choice, FinishReason reason) => Ended.SetResult(([.. tokens], reason));

    public void Failed(RunError error) => Ended.SetException(new InvalidOperationException(error.Message));
}
