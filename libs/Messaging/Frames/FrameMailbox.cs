using System.Threading.Channels;
using Platform.Contracts.Runs;

namespace Platform.Messaging.Frames;

/// <summary>Frames of one generation, as they arrive. Bounded: what does not fit is dropped and asked for again by position.</summary>
public sealed class FrameMailbox(Action close, int capacity = 256) : IDisposable
{
    private readonly Channel<Frame> _frames = Channel.CreateBounded<Frame>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    public ChannelReader<Frame> Frames => _frames.Reader;

    /// <summary>False when the mailbox is full or closed.</summary>
    public bool Post(Frame frame) => _frames.Writer.TryWrite(frame);

    public void Dispose()
    {
        close();
        _frames.Writer.TryComplete();
    }
}
