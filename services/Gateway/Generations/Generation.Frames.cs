using System.Runtime.CompilerServices;
using Platform.Contracts.Runs;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>How a generation takes the frames of its run: in order, each once, what is missing asked for again.</summary>
internal sealed partial class Generation
{
    /// <summary>Between two questions for the same missing frames.</summary>
    private static readonly TimeSpan NextQuestion = TimeSpan.FromSeconds(1);

    private long attachedAt;

    /// <summary>Ends when every choice has finished, or when the worker is lost.</summary>
    private async IAsyncEnumerable<Step> Frames([EnumeratorCancellation] CancellationToken cancellation)
    {
        var silences = 0;
        while (!IsFinished)
        {
            if (!mailbox.TryRead(out var frame))
            {
                if (await mailbox.Arrives(owner.Options.Silence, owner.Clock, cancellation)) continue;
                yield return Step.Waiting;
                if (!await IsStillThere(++silences)) yield break;
                continue;
            }

            silences = 0;
            if (frame.Run != Run || frame.Choice >= Choices.Count) continue;
            if (frame.Error is { } error)
            {
                if (error.Kind == RunErrorKind.WorkerUnavailable) yield break;
                if (error.Kind == RunErrorKind.NotYours)
                {
                    IsGivenAway = true;
                    yield return Step.Failed(new ApiError(409, error.Message, "server_error", null, error.Code));
                }

                yield return Step.Failed(error.Kind == RunErrorKind.InvalidRequest ? ApiError.Invalid(error.Message, error.Param, error.Code) : ApiError.Server(error.Message));
            }

            if (frame.Started is { } started && Started is null) Begin(started);
            if (Started is null)
            {
                await AskAgain(); // the first frame was lost
                continue;
            }

            switch (Choices[frame.Choice].Take(frame, out var skip))
            {
                case FrameFit.Gap:
                    await AskAgain();
                    break;
                case FrameFit.New:
                    if (CompletionTokens > 0) FirstToken ??= Age;
                    yield return Step.Tokens(frame, skip);
                    Raise();
                    break;
            }
        }
    }

    /// <summary>A gap is filled once: frames that come before the answer are not worth another question.</summary>
    private async ValueTask AskAgain()
    {
        if (attachedAt != 0 && owner.Clock.GetElapsedTime(attachedAt) < NextQuestion) return;
        attachedAt = owner.Clock.GetTimestamp();
        await Attach();
    }

    /// <summary>After a silence: a command may have been lost, the worker may read a long prompt, be held up, or be gone.</summary>
    private async ValueTask<bool> IsStillThere(int silences)
    {
        Raise();
        return await sending && await Allow() && await Attach() && await place.Knows(Worker, silences);
    }

    private ValueTask<bool> Allow() => Line.Allow(Quota.Allowance, Quota.IsFinal);

    private ValueTask<bool> Attach() => Line.Attach(owner.Frames.Address, [.. Choices.Select(choice => choice.Count)]);
}
