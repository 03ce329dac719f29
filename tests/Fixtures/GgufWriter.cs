using System.Text;

namespace Platform.Fixtures;

/// <summary>Writes small GGUF files (version 3), with and without tensors.</summary>
public static class GgufWriter
{
    private const int Alignment = 32;

    /// <param name="tensors">Dimensions are written as given: the contiguous one first.</param>
    public static byte[] Bytes(IReadOnlyList<(string Key, object Value)> pairs, params (string Name, long[] Shape, float[] Values)[] tensors)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)tensors.Length);
        writer.Write((ulong)pairs.Count);
        foreach (var (key, value) in pairs)
        {
            Text(writer, key);
            writer.Write(TypeOf(value));
            Value(writer, value);
        }

        var offset = 0UL;
        foreach (var (name, shape, values) in tensors)
        {
            Text(writer, name);
            writer.Write((uint)shape.Length);
            foreach (var dimension in shape) writer.Write((ulong)dimension);
            writer.Write(0u);
            writer.Write(offset);
            offset += (ulong)Aligned(values.Length * sizeof(float));
        }

        foreach (var (_, _, values) in tensors)
        {
            while (stream.Position % Alignment != 0) writer.Write((byte)0);
            foreach (var value in values) writer.Write(value);
        }

        while (tensors.Length > 0 && stream.Position % Alignment != 0) writer.Write((byte)0);
        writer.Flush();
        return stream.ToArray();
    }

    private static int Aligned(int bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private static uint TypeOf(object value) => value switch
    {
        uint => 4, int => 5, float => 6, bool => 7, string => 8, Array => 9, ulong => 10,
        _ => throw new ArgumentException($"{value.GetType()} is not written.", nameof(value)),
    };

    private static void Value(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case uint number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case bool truth: writer.Write(truth); break;
            case ulong number: writer.Write(number); break;
            case string text: Text(writer, text); break;
            case Array array:
                writer.Write(TypeOf(array.GetValue(0)!));
                writer.Write((ulong)array.Length);
                foreach (var element in array) Value(writer, element);
                break;
        }
    }

    private static void Text(BinaryWriter writer, string text)
    {
        writer.Write((ulong)Encoding.UTF8.GetByteCount(text));
        writer.Write(Encoding.UTF8.GetBytes(text));
    }
}
