using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Gateway.Generations;
using Platform.Grains.Pools;
using Platform.Messaging.Frames;
using Platform.Messaging.Runs;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Tokens;

/// <summary>Asks a worker how its model reads a prompt.</summary>
internal sealed class PromptTokens(IGrainFactory grains, IFrameInbox frames, RunDispatcher runs, TimeProvider clock)
{
    /// <summary>How long one worker may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Workers that are asked before the request is given up.</summary>
    private const int Attempts = 3;

    /// <summary>How many tokens a conversation has, the chat template's own included.</summary>
    public Task<ApiResult<PromptReading>> Count(ServedModel model, Conversation conversation, CancellationToken cancellation) =>
        Read(model, new ReadPrompt { Id = "", ReplyTo = "", Model = model.Id, Conversation = conversation }, cancellation);

    /// <param name="prompt">Its id and addresses are filled in here.</param>
    public async Task<ApiResult<PromptReading>> Read(ServedModel model, ReadPrompt prompt, CancellationToken cancellation)
    {
        var pool = await grains.GetGrain<IPool>(model.Id).Read();
        foreach (var worker in pool.Workers.OrderBy(worker => worker.Busy).Take(Attempts))
        {
            if (await Ask(worker.WorkerId, prompt with { Id = PublicId.New("tok-"), ReplyTo = frames.Address, Model = model.Id }, cancellation) is not { } frame) continue;
            if (frame.Error is { Kind: RunErrorKind.WorkerUnavailable }) continue;
            return frame.Error is { } error
                ? error.Kind == RunErrorKind.InvalidRequest ? ApiError.Invalid(error.Message, error.Param, error.Code) : ApiError.Server(error.Message)
                : new PromptReading(frame.Tokens, frame.Text, frame.TextEnds, frame.Started?.ContextLength ?? pool.ContextLength);
        }

        return ApiError.Unavailable($"No worker serves the model '{model.Id}' at the moment. Please try again later.", Patience);
    }

    /// <summary>Null: this worker has gone, or takes too long.</summary>
    private async Task<Frame?> Ask(string worker, ReadPrompt prompt, CancellationToken cancellation)
    {
        using var mailbox = frames.Open(prompt.Id);
        try
        {
            await runs.Send(worker, prompt, cancellation);
            return await mailbox.Arrives(Patience, clock, cancellation) && mailbox.TryRead(out var frame) ? frame : null;
        }
        catch (WorkerUnreachableException)
        {
            return null;
        }
    }
}

/// <summary>A prompt as a model reads it.</summary>
/// <param name="Text">UTF-8 of all tokens, control tokens included.</param>
/// <param name="TextEnds">For each token the end of its share; a character may be split between two.</param>
internal sealed record PromptReading(int[] Tokens, byte[] Text, int[] TextEnds, int ContextLength)
{
    public int Count => Tokens.Length;
}
