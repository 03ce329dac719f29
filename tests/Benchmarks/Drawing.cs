using System.Diagnostics;
using System.Text;
using Platform.Contracts.Runs;
using Platform.Inference.Batching;
using Platform.Inference.LlamaCpp;

namespace Platform.Benchmarks;

/// <summary>One generation through a batcher, and how fast its tokens came after the first.</summary>
internal sealed class Drawing : ITokenSink
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long first, last;
    private int count;

    public int Accepted { get; private set; }
    public int Rejected { get; private set; }

    public static async Task<Drawing> Of(ContinuousBatcher batcher, LlamaModel model, string text, Sampling sampling, int tokens, Func<SequenceRequest, SequenceRequest>? change = null)
    {
        var utf8 = Encoding.UTF8.GetBytes($"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n");
        var prompt = new int[utf8.Length];
        var drawing = new Drawing();
        var request = new SequenceRequest { Prompt = prompt[..model.Tokenize(utf8, prompt, addSpecial: false, parseSpecial: true)], Sampling = sampling, MaxTokens = tokens, Sink = drawing };
        batcher.Submit(change?.Invoke(request) ?? request);
        await drawing.done.Task;
        return drawing;
    }

    public double TokensPerSecond => (count - 1) / Stopwatch.GetElapsedTime(first, last).TotalSeconds;

    public void Started(int promptTokens, int cachedTokens)
    {
    }

    public bool Token(int choice, int token)
    {
        last = Stopwatch.GetTimestamp();
        first = count++ == 0 ? last : first;
        return false;
    }

    public void Guessed(int choice, int accepted, int rejected) => (Accepted, Rejected) = (accepted, rejected);
    public void Finished(int choice, FinishReason reason) => done.SetResult();
    public void Failed(RunError error) => done.SetException(new InvalidOperationException(error.Message));
}
