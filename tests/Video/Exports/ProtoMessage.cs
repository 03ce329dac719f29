using System.Text;

namespace Platform.Video.Tests.Exports;

/// <summary>A protocol-buffer message as the list of its fields, to be changed and written again.</summary>
internal sealed class ProtoMessage
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    private List<(int Number, int Wire, ulong Value, byte[] Content)> _fields = [];

    public static ProtoMessage Parse(ReadOnlySpan<byte> from)
    {
        var message = new ProtoMessage();
        while (!from.IsEmpty)
        {
            var tag = ReadVarint(ref from);
            var wire = (int)(tag & 7);
            var value = wire is Varint or Bytes ? ReadVarint(ref from) : 0;
            var length = wire switch { Varint => 0, Fixed64 => 8, Fixed32 => 4, Bytes => (int)value, _ => throw new InvalidDataException($"wire type {wire}") };
            message._fields.Add(((int)(tag >> 3), wire, value, from[..length].ToArray()));
            from = from[length..];
        }

        return message;
    }

    public byte[] ToBytes()
    {
        using var to = new MemoryStream();
        foreach (var (number, wire, value, content) in _fields)
        {
            WriteVarint(to, ((ulong)number << 3) | (uint)wire);
            if (wire == Varint) WriteVarint(to, value);
            if (wire == Bytes) WriteVarint(to, (ulong)content.Length);
            to.Write(content);
        }

        return to.ToArray();
    }

    public ProtoMessage Put(int number, ulong value) => Put(number, Varint, value, []);

    public ProtoMessage Put(int number, byte[] content) => Put(number, Bytes, 0, content);

    public ProtoMessage Put(int number, string text) => Put(number, Encoding.UTF8.GetBytes(text));

    public ProtoMessage Put(int number, ProtoMessage message) => Put(number, message.ToBytes());

    public ProtoMessage Without(params int[] numbers)
    {
        _fields.RemoveAll(field => numbers.Contains(field.Number));
        return this;
    }

    public ulong Value(int number) => _fields.FirstOrDefault(field => field.Number == number).Value;

    public byte[]? Content(int number) => _fields.FirstOrDefault(field => field.Number == number).Content;

    public string Text(int number) => Content(number) is { } content ? Encoding.UTF8.GetString(content) : "";

    public List<ProtoMessage> All(int number) => [.. _fields.Where(field => field.Number == number).Select(field => Parse(field.Content))];

    /// <summary>Changes every message in a field.</summary>
    public ProtoMessage Change(int number, Action<ProtoMessage> change) => ChangeBytes(number, content =>
    {
        var message = Parse(content);
        change(message);
        return message.ToBytes();
    });

    /// <summary>Changes every text in a field.</summary>
    public ProtoMessage ChangeText(int number, Func<string, string> change) => ChangeBytes(number, content => Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(content))));

    /// <summary>Puts messages before all others of the same field: order tells in some.</summary>
    public ProtoMessage PutFirst(int number, IEnumerable<ProtoMessage> messages)
    {
        _fields.InsertRange(0, messages.Select(message => (number, Bytes, 0ul, message.ToBytes())));
        return this;
    }

    public ProtoMessage Reverse(int number)
    {
        var reversed = _fields.Where(field => field.Number == number).Reverse().ToList();
        _fields = [.. _fields.Where(field => field.Number != number), .. reversed];
        return this;
    }

    private ProtoMessage ChangeBytes(int number, Func<byte[], byte[]> change)
    {
        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields[i].Number == number) _fields[i] = _fields[i] with { Content = change(_fields[i].Content) };
        }

        return this;
    }

    private ProtoMessage Put(int number, int wire, ulong value, byte[] content)
    {
        _fields.Add((number, wire, value, content));
        return this;
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> from)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var b = from[0];
            from = from[1..];
            value |= (ulong)(b & 127) << shift;
            if (b < 128) return value;
        }
    }

    private static void WriteVarint(Stream to, ulong value)
    {
        for (; value > 127; value >>= 7) to.WriteByte((byte)(value | 128));
        to.WriteByte((byte)value);
    }
}
