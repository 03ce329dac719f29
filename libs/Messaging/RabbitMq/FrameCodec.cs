using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Platform.Contracts.Runs;

namespace Platform.Messaging.RabbitMq;

/// <summary>A frame as bytes: a version, then varints and length-prefixed UTF-8. Ends are written as differences.</summary>
internal static class FrameCodec
{
    private const byte Version = 1;

    /// <summary>A token without a log-probability.</summary>
    private const int Nothing = 0;

    [Flags]
    private enum Parts : uint
    {
        None = 0,
        Finish = 1,
        Started = 2,
        Error = 4,
        Param = 8,
        Logprobs = 16,
        Prompt = 32,
        Adopted = 64,
        Guesses = 128,
        StoppedBy = 256,
        Mu = 512,
    }

    public static ReadOnlyMemory<byte> Write(Frame frame)
    {
        var writer = new FrameWriter(64 + frame.GenerationId.Length + frame.Text.Length + (8 * frame.Tokens.Length));
        writer.Byte(Version);
        writer.Text(frame.GenerationId);
        writer.Number(frame.Run);
        writer.Number(frame.Choice);
        writer.Number(frame.From);
        writer.Numbers(frame.Tokens);
        writer.Bytes(frame.Text);
        writer.Number(frame.TextEnds.Length);
        for (var i = 0; i < frame.TextEnds.Length; i++) writer.Number(frame.TextEnds[i] - (i == 0 ? 0 : frame.TextEnds[i - 1]));
        writer.Numbers(frame.Micros);
        writer.Number((int)((frame.Finish is null ? 0 : Parts.Finish) | (frame.Started is null ? 0 : Parts.Started)
            | (frame.Error is null ? 0 : Parts.Error) | (frame.Error?.Param is null ? 0 : Parts.Param)
            | (frame.Logprobs.Length == 0 ? 0 : Parts.Logprobs) | (frame.Started?.Prompt is null ? 0 : Parts.Prompt) | (frame.Adopted is null ? 0 : Parts.Adopted) | (frame.Guesses is null ? 0 : Parts.Guesses) | (frame.StoppedBy is null ? 0 : Parts.StoppedBy) | (frame.Mu is null ? 0 : Parts.Mu)));
        if (frame.Finish is { } finish) writer.Number((int)finish);
        if (frame.StoppedBy is { } stop) writer.Number(stop);
        if (frame.Mu is { } mu) writer.Single(mu);
        if (frame.Guesses is { } guesses)
        {
            writer.Number(guesses.Accepted);
            writer.Number(guesses.Rejected);
        }

        if (frame.Started is { } started)
        {
            writer.Text(started.Worker);
            writer.Number(started.PromptTokens);
            writer.Number(started.CachedTokens);
            writer.Number(started.ContextLength);
        }

        if (frame.Error is { } error)
        {
            writer.Number((int)error.Kind);
            writer.Text(error.Code);
            writer.Text(error.Message);
            if (error.Param is { } param) writer.Text(param);
        }

        if (frame.Logprobs.Length > 0) Write(writer, frame.Logprobs);
        if (frame.Adopted is { } run) writer.Bytes(JsonSerializer.SerializeToUtf8Bytes(run));
        if (frame.Started?.Prompt is { } prompt)
        {
            writer.Number(prompt.Pieces.Count);
            foreach (var piece in prompt.Pieces) writer.Bytes(piece);
            Write(writer, prompt.Logprobs);
        }

        return writer.Written;
    }

    /// <exception cref="InvalidDataException">These bytes are no frame of this version.</exception>
    public static Frame Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new FrameReader(bytes);
        if (reader.Byte() is var version && version != Version) throw new InvalidDataException($"A frame of version {version}; {Version} is understood.");
        var frame = new Frame
        {
            GenerationId = reader.Text(),
            Run = reader.Number(),
            Choice = reader.Number(),
            From = reader.Number(),
            Tokens = reader.Numbers(),
            Text = reader.Bytes().ToArray(),
            TextEnds = Sums(reader.Numbers()),
            Micros = reader.Numbers(),
        };
        var parts = (Parts)reader.Number();
        frame = frame with
        {
            Finish = parts.HasFlag(Parts.Finish) ? (FinishReason)reader.Number() : null,
            StoppedBy = parts.HasFlag(Parts.StoppedBy) ? reader.Number() : null,
            Mu = parts.HasFlag(Parts.Mu) ? reader.Single() : null,
            Guesses = parts.HasFlag(Parts.Guesses) ? new Guesses(reader.Number(), reader.Number()) : null,
            Started = parts.HasFlag(Parts.Started) ? new RunStarted(reader.Text(), reader.Number(), reader.Number(), reader.Number()) : null,
            Error = parts.HasFlag(Parts.Error) ? new RunError((RunErrorKind)reader.Number(), reader.Text(), reader.Text(), parts.HasFlag(Parts.Param) ? reader.Text() : null) : null,
            Logprobs = parts.HasFlag(Parts.Logprobs) ? Logprobs(ref reader) : [],
            Adopted = parts.HasFlag(Parts.Adopted) ? JsonSerializer.Deserialize<RunChat>(reader.Bytes()) : null,
        };
        if (!parts.HasFlag(Parts.Prompt) || frame.Started is not { } started) return frame;
        var pieces = new byte[reader.Count()][];
        for (var i = 0; i < pieces.Length; i++) pieces[i] = reader.Bytes().ToArray();
        return frame with { Started = started with { Prompt = new PromptEcho(pieces, Logprobs(ref reader)) } };
    }

    private static void Write(FrameWriter writer, IReadOnlyList<TokenLogprob?> logprobs)
    {
        writer.Number(logprobs.Count);
        foreach (var one in logprobs)
        {
            writer.Number(one is null ? Nothing : one.Top.Count + 1);
            if (one is null) continue;
            writer.Single(one.Logprob);
            writer.Bytes(one.Bytes);
            foreach (var top in one.Top)
            {
                writer.Single(top.Logprob);
                writer.Bytes(top.Bytes);
            }
        }
    }

    private static TokenLogprob?[] Logprobs(ref FrameReader reader)
    {
        var logprobs = new TokenLogprob?[reader.Count()];
        for (var i = 0; i < logprobs.Length; i++)
        {
            var count = reader.Count();
            if (count == Nothing) continue;
            var (logprob, bytes, top) = (reader.Single(), reader.Bytes().ToArray(), new RankedToken[count - 1]);
            for (var k = 0; k < top.Length; k++) top[k] = new RankedToken(reader.Single(), reader.Bytes().ToArray());
            logprobs[i] = new TokenLogprob(logprob, bytes, top);
        }

        return logprobs;
    }

    private static int[] Sums(int[] differences)
    {
        for (var i = 1; i < differences.Length; i++) differences[i] += differences[i - 1];
        return differences;
    }

    private readonly struct FrameWriter(int size)
    {
        private readonly ArrayBufferWriter<byte> _buffer = new(size);

        public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

        public void Byte(byte value)
        {
            _buffer.GetSpan(1)[0] = value;
            _buffer.Advance(1);
        }

        public void Number(int value)
        {
            var left = (uint)value;
            for (; left >= 0x80; left >>= 7) Byte((byte)(left | 0x80));
            Byte((byte)left);
        }

        public void Single(float value)
        {
            BinaryPrimitives.WriteSingleLittleEndian(_buffer.GetSpan(4), value);
            _buffer.Advance(4);
        }

        public void Numbers(ReadOnlySpan<int> values)
        {
            Number(values.Length);
            foreach (var value in values) Number(value);
        }

        public void Bytes(ReadOnlySpan<byte> value)
        {
            Number(value.Length);
            _buffer.Write(value);
        }

        public void Text(string value)
        {
            Number(Encoding.UTF8.GetByteCount(value));
            Encoding.UTF8.GetBytes(value, _buffer);
        }
    }

    private ref struct FrameReader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _left = bytes;

        public byte Byte() => Bytes(1)[0];

        public int Number()
        {
            uint value = 0;
            for (var shift = 0; shift < 35; shift += 7)
            {
                var next = Byte();
                value |= (uint)(next & 0x7f) << shift;
                if (next < 0x80) return (int)value;
            }

            throw new InvalidDataException("A number of a frame has no end.");
        }

        public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Bytes(4));

        /// <summary>A number of things each of which takes a byte at least.</summary>
        public int Count()
        {
            var count = Number();
            return count >= 0 && count <= _left.Length ? count : throw new InvalidDataException($"A frame with {count} numbers in {_left.Length} bytes.");
        }

        public int[] Numbers()
        {
            var values = new int[Count()];
            for (var i = 0; i < values.Length; i++) values[i] = Number();
            return values;
        }

        public ReadOnlySpan<byte> Bytes() => Bytes(Number());

        public string Text() => Encoding.UTF8.GetString(Bytes());

        private ReadOnlySpan<byte> Bytes(int count)
        {
            if (count < 0 || count > _left.Length) throw new InvalidDataException($"A frame ends {count - _left.Length} bytes early.");
            var bytes = _left[..count];
            _left = _left[count..];
            return bytes;
        }
    }
}
