using System.Buffers.Binary;
using System.Text;

namespace Platform.Video.Tokenization;

/// <summary>
/// SentencePiece's text normaliser: a compiled map of character sequences (a Darts-clone double array over UTF-8, then the replacements, each ended by a zero byte)
/// and its rules for white space.
/// </summary>
internal sealed class CharsMap
{
    private const byte Space = (byte)' ';
    private static readonly byte[] EscapedSpace = "▁"u8.ToArray();

    private readonly SentencePieceModel _model;
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    public CharsMap(SentencePieceModel model)
    {
        _model = model;
        if (model.CharsMap.Length == 0)
        {
            (_units, _replacements) = ([], []);
            return;
        }
        var size = model.CharsMap.Length < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(model.CharsMap);
        if (size > model.CharsMap.Length - 4 || size % 4 != 0) throw new InvalidDataException("The tokenizer's character map is cut short.");
        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++) _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(model.CharsMap.AsSpan(4 + 4 * i));
        _replacements = model.CharsMap[(int)(4 + size)..];
    }

    public string Normalize(string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        var normalized = new List<byte>(rest.Length + 3);
        var space = _model.EscapeWhitespace ? EscapedSpace : [Space];
        if (_model.RemoveExtraWhitespace)
        {
            while (!rest.IsEmpty && Prefix(rest, out var consumed) is [Space]) rest = rest[consumed..];
        }
        if (rest.IsEmpty) return "";
        if (_model.AddDummyPrefix) normalized.AddRange(space);

        var afterSpace = _model.RemoveExtraWhitespace;
        while (!rest.IsEmpty)
        {
            var piece = Prefix(rest, out var consumed);
            rest = rest[consumed..];
            while (afterSpace && piece is [Space, ..]) piece = piece[1..];
            if (piece.IsEmpty) continue;
            foreach (var b in piece)
            {
                if (b == Space) normalized.AddRange(space);
                else normalized.Add(b);
            }
            afterSpace = _model.RemoveExtraWhitespace && piece[^1] == Space;
        }

        var made = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(normalized);
        if (_model.RemoveExtraWhitespace)
        {
            while (made.EndsWith(space)) made = made[..^space.Length];
        }
        return Encoding.UTF8.GetString(made);
    }

    /// <summary>The longest mapped beginning and what replaces it, or one character as it is.</summary>
    private ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = 0;
        uint replacement = 0;
        if (_units.Length > 0)
        {
            var node = Offset(_units[0]);
            for (var i = 0; i < text.Length; i++)
            {
                node ^= text[i];
                if (node >= _units.Length) break;
                var unit = _units[node];
                if ((unit & 0x800000FF) != text[i]) break;
                node ^= Offset(unit);
                if ((unit >> 8 & 1) == 1)
                {
                    replacement = _units[node] & 0x7FFFFFFF;
                    consumed = i + 1;
                }
            }
        }
        if (consumed > 0)
        {
            var from = _replacements.AsSpan((int)replacement);
            return from[..from.IndexOf((byte)0)];
        }
        Rune.DecodeFromUtf8(text, out _, out consumed);
        return text[..consumed];
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 1u << 9) >> 6);
}
