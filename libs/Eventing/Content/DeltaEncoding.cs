namespace Platform.Eventing.Content;

/// <summary>Integers as zigzag varints of the differences between neighbours: token ids and times take about two bytes each.</summary>
public static class DeltaEncoding
{
    public static byte[] Encode(ReadOnlySpan<int> values)
    {
        var bytes = new byte[values.Length * 5];
        var length = 0;
        var previous = 0L;
        foreach (var value in values)
        {
            var delta = value - previous;
            previous = value;
            for (var rest = (ulong)((delta << 1) ^ (delta >> 63)); ; rest >>= 7)
            {
                if (rest < 0x80)
                {
                    bytes[length++] = (byte)rest;
                    break;
                }

                bytes[length++] = (byte)(rest | 0x80);
            }
        }

        return bytes[..length];
    }

    /// <exception cref="FormatException">The bytes end within a number or hold one that is no <see cref="int"/>.</exception>
    public static int[] Decode(ReadOnlySpan<byte> bytes)
    {
        var values = new List<int>(bytes.Length);
        var value = 0L;
        var number = 0UL;
        var shift = 0;
        foreach (var next in bytes)
        {
            number |= (ulong)(next & 0x7f) << shift;
            shift += 7;
            if (next >= 0x80)
            {
                if (shift > 28) throw new FormatException("a number has more than five bytes");
                continue;
            }

            value += (long)(number >> 1) ^ -(long)(number & 1);
            if (value is < int.MinValue or > int.MaxValue) throw new FormatException($"{value} does not fit 32 bits");
            values.Add((int)value);
            number = 0;
            shift = 0;
        }

        return shift == 0 ? [.. values] : throw new FormatException("the bytes end within a number");
    }
}
