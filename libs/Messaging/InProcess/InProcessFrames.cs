using System.Collections.Concurrent;
using Platform.Contracts.Runs;
using Platform.Messaging.Frames;

namespace Platform.Messaging.InProcess;

/// <summary>The frame stream inside one process: a mailbox a generation, nothing between.</summary>
internal sealed class InProcessFrames : IFrameSender, IFrameInbox
{
    private readonly ConcurrentDictionary<string, FrameMailbox> _mailboxes = new();

    public string Address => "in-process";

    public FrameMailbox Open(string generationId)
    {
        FrameMailbox? mailbox = null;
        mailbox = new FrameMailbox(() => _mailboxes.TryRemove(new(generationId, mailbox!)));
        _mailboxes[generationId] = mailbox;
        return mailbox;
    }

    /// <summary>A frame that does not fit is lost like one on the wire: its reader asks again by position.</summary>
    public ValueTask<bool> Send(string address, Frame frame, CancellationToken cancellation)
    {
        if (address != Address || !_mailboxes.TryGetValue(frame.GenerationId, out var mailbox)) return new(false);
        mailbox.Post(frame);
        return new(true);
    }
}
