using Platform.Contracts.Runs;

namespace Platform.Messaging.Frames;

/// <summary>Worker side of the frame stream. In-process: a channel; many processes: the gateway's exclusive queue on RabbitMQ.</summary>
public interface IFrameSender
{
    /// <summary>Hands a frame on. False: nobody is at that address any more; true may also mean that nobody can tell, while the broker is away. Never waits on a slow reader.</summary>
    ValueTask<bool> Send(string address, Frame frame, CancellationToken cancellation);
}

/// <summary>Gateway side of the frame stream: one per gateway, with an address of its own.</summary>
public interface IFrameInbox
{
    /// <summary>Goes into <see cref="RunChat.ReplyTo"/>.</summary>
    string Address { get; }

    /// <summary>Opens the mailbox of a generation before its run is sent; frames of unknown generations are dropped. Dispose it to close.</summary>
    FrameMailbox Open(string generationId);
}
