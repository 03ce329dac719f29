using System.Buffers.Binary;
using System.Text;

namespace Platform.Video.Tokenization;

/// <summary>What a SentencePiece <c>.model</c> file (a protocol-buffer ModelProto) says that encoding needs.</summary>
internal sealed record SentencePieceModel(
    IReadOnlyList<Piece> Pieces, int Unknown, bool ByteFallback, byte[] CharsMap, bool AddDummyPrefix, bool RemoveExtraWhitespace, bool EscapeWhitespace)
{
    public static SentencePieceModel Parse(ReadOnlySpan<byte> proto)
    {
        var pieces = new List<Piece>();
        var model = new SentencePieceModel(pieces, 0, false, [], true, true, true);
        foreach (var field in new ProtoFields(proto))
        {
            switch (field.Number)
            {
                case 1:
                    pieces.Add(ParsePiece(field.Bytes));
                    break;
                case 2:
                    foreach (var of in new ProtoFields(field.Bytes))
                    {
                        if (of.Number == 3 && of.Value != 1) throw new InvalidDataException("The tokenizer is not a unigram model.");
                        if (of.Number == 35) model = model with { ByteFallback = of.Value != 0 };
                        if (of.Number == 40) model = model with { Unknown = (int)of.Value };
                    }
                    break;
                case 3:
                    foreach (var of in new ProtoFields(field.Bytes))
                    {
                        if (of.Number == 2) model = model with { CharsMap = of.Bytes.ToArray() };
                        if (of.Number == 3) model = model with { AddDummyPrefix = of.Value != 0 };
                        if (of.Number == 4) model = model with { RemoveExtraWhitespace = of.Value != 0 };
                        if (of.Number == 5) model = model with { EscapeWhitespace = of.Value != 0 };
                    }
                    break;
            }
        }
        if (pieces.Count == 0) throw new InvalidDataException("The tokenizer file holds no pieces.");
        return model;
    }

    private static Piece ParsePiece(ReadOnlySpan<byte> proto)
    {
        var piece = new Piece("", 0, PieceType.Normal);
        foreach (var of in new ProtoFields(proto))
        {
            if (of.Number == 1) piece = piece with { Text = Encoding.UTF8.GetString(of.Bytes) };
            if (of.Number == 2) piece = piece with { Score = BinaryPrimitives.ReadSingleLittleEndian(of.Bytes) };
            if (of.Number == 3) piece = piece with { Type = (PieceType)of.Value };
        }
        return piece;
    }
}

internal readonly record struct Piece(string Text, float Score, PieceType Type);

/// <summary>Numbers as in sentencepiece_model.proto.</summary>
internal enum PieceType { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 }

/// <summary>Walks the fields of a protocol-buffer message.</summary>
internal ref struct ProtoFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    public ref struct Field
    {
        public int Number;
        public ulong Value;
        public ReadOnlySpan<byte> Bytes;
    }

    public Field Current { get; private set; }

    public readonly ProtoFields GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        var tag = Varint();
        var field = new Field { Number = (int)(tag >> 3) };
        switch (tag & 7)
        {
            case 0: field.Value = Varint(); break;
            case 1: field.Bytes = Take(8); break;
            case 2: field.Bytes = Take(Varint()); break;
            case 5: field.Bytes = Take(4); break;
            default: throw new InvalidDataException("The tokenizer file is not a protocol-buffer message.");
        }
        Current = field;
        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new InvalidDataException("The tokenizer file is not a protocol-buffer message.");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length) throw new InvalidDataException("The tokenizer file is cut short.");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
