using System.Buffers;
using System.Collections.Frozen;
using Platform.Inference.Engine;

namespace Platform.Inference.Text;

/// <summary>
/// The text of one choice as its client sees it: whole characters only, no control tokens, no stop string nor what may become one.
/// What a token releases depends on the tokens before it alone, so a generation fed again gives the same shares.
/// </summary>
/// <param name="stop">Strings that end the choice; none of them empty.</param>
/// <param name="minTokens">In the text of so many tokens no stop string is looked for.</param>
public sealed class TokenText(IEngineModel model, IReadOnlyList<string> stop, int minTokens = 0)
{
    private readonly Utf8Mender mender = new();
    private readonly StopScanner scanner = new(stop);
    private readonly ArrayBufferWriter<byte> mended = new(64);
    private readonly ArrayBufferWriter<byte> released = new(64);
    private byte[] piece = new byte[64];
    private int count;

    /// <summary>Control tokens whose text is shown.</summary>
    public IReadOnlySet<int> Shown { get; init; } = FrozenSet<int>.Empty;

    /// <summary>What the last call released, UTF-8; valid until the next call.</summary>
    public ReadOnlySpan<byte> Released => released.WrittenSpan;

    /// <summary>Whether a stop string was met; nothing is released from then on.</summary>
    public bool IsStopped => scanner.IsStopped;

    /// <summary>Index of the stop string that was met.</summary>
    public int? StoppedBy => scanner.Met;

    /// <summary>Whether text is held back that the next token, or the end, will release or drop.</summary>
    public bool IsHolding => mender.IsHolding || scanner.IsHolding;

    /// <summary>Takes the next token; true: it completed a stop string.</summary>
    public bool Add(int token)
    {
        mended.ResetWrittenCount();
        released.ResetWrittenCount();
        mender.Append(Piece(token), mended);
        if (++count <= minTokens)
        {
            released.Write(mended.WrittenSpan);
            return false;
        }

        scanner.Append(mended.WrittenSpan, released);
        return scanner.IsStopped;
    }

    /// <summary>Releases what was held back: no more tokens come.</summary>
    public void End()
    {
        mended.ResetWrittenCount();
        released.ResetWrittenCount();
        mender.End(mended);
        scanner.Append(mended.WrittenSpan, released);
        scanner.End(released);
    }

    private ReadOnlySpan<byte> Piece(int token)
    {
        if (model.IsEnd(token))
        {
            return [];
        }

        var special = Shown.Contains(token);
        var length = model.Piece(token, piece, special);
        if (length < 0)
        {
            piece = new byte[-length];
            length = model.Piece(token, piece, special);
        }

        return piece.AsSpan(0, length);
    }
}
