using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;
using Platform.Contracts.Runs;

namespace Platform.Messaging.Frames;

/// <summary>
/// Frames of one generation, as they arrive, for one reader. Bounded: what does not fit is dropped and asked for again by position.
/// Very many are open at once, each waiting most of the time: a wait allocates nothing, and its timer is set again only when it rings.
/// </summary>
public sealed class FrameMailbox : IValueTaskSource<bool>, IDisposable
{
    private const int Capacity = 256;
    private static readonly TimeSpan ClockTick = TimeSpan.FromMilliseconds(1);

    private readonly Mailboxes owner;
    private readonly Queue<Frame> frames = new();
    private ManualResetValueTaskSourceCore<bool> arrival = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration leaving;
    private TimeProvider clock = TimeProvider.System;
    private ITimer? alarm;
    private long waitsSince;
    private TimeSpan patience;
    private TimeSpan? rings;
    private bool waits, closed;

    internal FrameMailbox(Mailboxes owner, string generationId) => (this.owner, GenerationId) = (owner, generationId);

    internal string GenerationId { get; }

    public bool TryRead([NotNullWhen(true)] out Frame? frame)
    {
        lock (frames) return frames.TryDequeue(out frame);
    }

    /// <summary>False when the mailbox is full or closed.</summary>
    public bool Post(Frame frame)
    {
        lock (frames)
        {
            if (closed || frames.Count == Capacity) return false;
            frames.Enqueue(frame);
            if (!Wake()) return true;
        }

        arrival.SetResult(true);
        return true;
    }

    /// <summary>True once there is a frame to read; false when none came in time. One wait at a time.</summary>
    public ValueTask<bool> Arrives(TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellation);
        lock (frames)
        {
            if (frames.Count > 0 || closed) return new(frames.Count > 0);
            arrival.Reset();
            (clock, waits, waitsSince, patience) = (time, true, time.GetTimestamp(), within);
            if (rings is null || within < rings) Ring(within);
        }

        leaving = cancellation.UnsafeRegister(static (mailbox, token) => ((FrameMailbox)mailbox!).Leave(token), this);
        return new(this, arrival.Version);
    }

    public void Dispose()
    {
        owner.Close(this);
        lock (frames)
        {
            closed = true;
            alarm?.Dispose();
            if (!Wake()) return;
        }

        arrival.SetResult(false);
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        leaving.Dispose(); // a late word of this token must not end the next wait
        return arrival.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => arrival.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => arrival.OnCompleted(continuation, state, token, flags);

    /// <summary>Whether it was this caller that ended a wait.</summary>
    private bool Wake()
    {
        var waited = waits;
        waits = false;
        return waited;
    }

    private void Leave(CancellationToken cancellation)
    {
        lock (frames)
        {
            if (!Wake()) return;
        }

        arrival.SetException(new OperationCanceledException(cancellation));
    }

    private void Ring(TimeSpan after)
    {
        rings = after;
        if (alarm is null) alarm = clock.CreateTimer(static mailbox => ((FrameMailbox)mailbox!).Rang(), this, after, Timeout.InfiniteTimeSpan);
        else alarm.Change(after, Timeout.InfiniteTimeSpan);
    }

    private void Rang()
    {
        lock (frames)
        {
            rings = null;
            if (!waits) return;
            var left = patience - clock.GetElapsedTime(waitsSince);
            if (left > ClockTick)
            {
                Ring(left);
                return;
            }

            waits = false;
        }

        arrival.SetResult(false);
    }
}
