using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Platform.Catalog.Gguf;

/// <summary>Reads a GGUF header that may be hostile: every length is checked against what the file still holds before it is believed.</summary>
internal sealed class GgufReader(Stream stream)
{
    private const int MaxPairs = 100_000;
    private const int MaxKey = 65_535;
    private const int MaxText = 1 << 22;
    private const int MaxKept = 1024;

    private readonly byte[] scalar = new byte[8];

    private enum Kind : uint { U8, I8, U16, I16, U32, I32, F32, Bool, Text, Array, U64, I64, F64 }

    public GgufHeader Read()
    {
        if (UInt32() != 0x46554747)
        {
            throw new FormatException("it does not begin with GGUF.");
        }

        if (UInt32() is not (2 or 3) and var version)
        {
            throw new FormatException($"version {version} is not supported, only 2 and 3 (little-endian).");
        }

        _ = UInt64();
        var pairs = UInt64();
        if (pairs > MaxPairs)
        {
            throw new FormatException($"it claims {pairs} keys; at most {MaxPairs} are read.");
        }

        var values = new Dictionary<string, object>();
        for (var i = 0UL; i < pairs; i++)
        {
            var key = Text(MaxKey);
            var value = Value(KindOf(UInt32()), depth: 0);
            if (!values.TryAdd(key, value))
            {
                throw new FormatException($"the key \"{key}\" is there twice.");
            }
        }

        return new GgufHeader(values, stream.Length);
    }

    private object Value(Kind kind, int depth) => kind switch
    {
        Kind.U8 => Scalar(1)[0],
        Kind.I8 => (sbyte)Scalar(1)[0],
        Kind.U16 => BinaryPrimitives.ReadUInt16LittleEndian(Scalar(2)),
        Kind.I16 => BinaryPrimitives.ReadInt16LittleEndian(Scalar(2)),
        Kind.U32 => UInt32(),
        Kind.I32 => (int)UInt32(),
        Kind.F32 => BinaryPrimitives.ReadSingleLittleEndian(Scalar(4)),
        Kind.Bool => Scalar(1)[0] != 0,
        Kind.Text => Text(MaxText),
        Kind.U64 => UInt64(),
        Kind.I64 => (long)UInt64(),
        Kind.F64 => BinaryPrimitives.ReadDoubleLittleEndian(Scalar(8)),
        _ => depth == 0 ? ShortArray() : SkipArray(depth),
    };

    /// <summary>The numbers of a short array (values that differ by layer), of any other its length.</summary>
    private object ShortArray()
    {
        var start = stream.Position;
        var (kind, count) = (KindOf(UInt32()), UInt64());
        if (count > MaxKept || kind is not (Kind.U8 or Kind.I8 or Kind.U16 or Kind.I16 or Kind.U32 or Kind.I32 or Kind.U64 or Kind.I64))
        {
            stream.Seek(start, SeekOrigin.Begin);
            return SkipArray(0);
        }

        var numbers = new long[count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Value(kind, 1) switch { ulong big => (long)Math.Min(big, long.MaxValue), var small => Convert.ToInt64(small, CultureInfo.InvariantCulture) };
        }

        return numbers;
    }

    /// <summary>Returns the length.</summary>
    private long SkipArray(int depth)
    {
        if (depth > 2)
        {
            throw new FormatException("arrays lie deeper than 3 in one another.");
        }

        var kind = KindOf(UInt32());
        var count = UInt64();
        if (count > (ulong)Left)
        {
            throw new FormatException($"an array claims {count} elements, more than the file has bytes.");
        }

        if (SizeOf(kind) is { } size)
        {
            Skip((long)count * size);
            return (long)count;
        }

        for (var i = 0UL; i < count; i++)
        {
            if (kind == Kind.Array)
            {
                SkipArray(depth + 1);
            }
            else
            {
                Skip(Length(long.MaxValue));
            }
        }

        return (long)count;
    }

    private static Kind KindOf(uint value) => value <= (uint)Kind.F64 ? (Kind)value : throw new FormatException($"{value} is no value type.");

    private static int? SizeOf(Kind kind) => kind switch
    {
        Kind.U8 or Kind.I8 or Kind.Bool => 1,
        Kind.U16 or Kind.I16 => 2,
        Kind.U32 or Kind.I32 or Kind.F32 => 4,
        Kind.U64 or Kind.I64 or Kind.F64 => 8,
        _ => null,
    };

    private string Text(int max)
    {
        var bytes = new byte[(int)Length(max)];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private long Length(long max)
    {
        var length = UInt64();
        if (length > (ulong)Math.Min(max, Left))
        {
            throw new FormatException($"a text claims {length} bytes; {Math.Min(max, Left)} are possible there.");
        }

        return (long)length;
    }

    private long Left => stream.Length - stream.Position;

    private void Skip(long bytes)
    {
        if (bytes < 0 || bytes > Left)
        {
            throw new FormatException("it ends within its header.");
        }

        stream.Seek(bytes, SeekOrigin.Current);
    }

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Scalar(4));
    private ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Scalar(8));

    private ReadOnlySpan<byte> Scalar(int size)
    {
        try
        {
            stream.ReadExactly(scalar, 0, size);
        }
        catch (EndOfStreamException)
        {
            throw new FormatException("it ends within its header.");
        }

        return scalar.AsSpan(0, size);
    }
}
