using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Platform.Inference.Text;

/// <summary>
/// Makes valid UTF-8 of bytes that come in pieces: waits for the rest of a character, and puts U+FFFD for what can't become one, as a decoder of the whole would
/// (one for each maximal subpart, Unicode 3.9).
/// </summary>
internal sealed class Utf8Mender
{
    private const int LongestCharacter = 4;

    private readonly byte[] held = new byte[LongestCharacter];
    private int heldLength;

    public bool IsHolding => heldLength > 0;

    public void Append(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        while (heldLength > 0 && bytes.Length > 0)
        {
            held[heldLength++] = bytes[0];
            var status = Rune.DecodeFromUtf8(held.AsSpan(0, heldLength), out _, out _);
            if (status == OperationStatus.NeedMoreData)
            {
                bytes = bytes[1..];
            }
            else if (status == OperationStatus.Done)
            {
                output.Write(held.AsSpan(0, heldLength));
                heldLength = 0;
                bytes = bytes[1..];
            }
            else
            {
                // The byte that broke the character is read again as the start of another.
                output.Write("\uFFFD"u8);
                heldLength = 0;
            }
        }

        if (Utf8.IsValid(bytes))
        {
            output.Write(bytes);
            return;
        }

        while (bytes.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(bytes, out _, out var consumed);
            if (status == OperationStatus.NeedMoreData)
            {
                bytes.CopyTo(held);
                heldLength = bytes.Length;
                return;
            }

            output.Write(status == OperationStatus.Done ? bytes[..consumed] : "\uFFFD"u8);
            bytes = bytes[consumed..];
        }
    }

    public void End(IBufferWriter<byte> output)
    {
        if (heldLength > 0)
        {
            output.Write("\uFFFD"u8);
            heldLength = 0;
        }
    }
}
