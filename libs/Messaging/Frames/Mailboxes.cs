using System.Collections.Concurrent;
using Platform.Contracts.Runs;

namespace Platform.Messaging.Frames;

/// <summary>The open mailboxes of one gateway, by generation.</summary>
internal sealed class Mailboxes
{
    private readonly ConcurrentDictionary<string, FrameMailbox> _open = new();

    /// <summary>A generation that is opened again has the newer mailbox only.</summary>
    public FrameMailbox Open(string generationId) => _open[generationId] = new FrameMailbox(this, generationId);

    public void Close(FrameMailbox mailbox) => _open.TryRemove(new(mailbox.GenerationId, mailbox));

    /// <summary>False: nobody waits for this generation. A frame that does not fit is lost like one on the wire: its reader asks again by position.</summary>
    public bool Post(Frame frame)
    {
        if (!_open.TryGetValue(frame.GenerationId, out var mailbox)) return false;
        mailbox.Post(frame);
        return true;
    }
}
