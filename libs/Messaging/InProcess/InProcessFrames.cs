using Platform.Contracts.Runs;
using Platform.Messaging.Frames;

namespace Platform.Messaging.InProcess;

/// <summary>The frame stream inside one process: a mailbox a generation, nothing between.</summary>
internal sealed class InProcessFrames : IFrameSender, IFrameInbox
{
    private readonly Mailboxes _mailboxes = new();

    public string Address => "in-process";

    public FrameMailbox Open(string generationId) => _mailboxes.Open(generationId);

    public ValueTask<bool> Send(string address, Frame frame, CancellationToken cancellation) => new(address == Address && _mailboxes.Post(frame));
}
