using System.Text;

namespace Platform.Video.Tokenization;

/// <summary>
/// SentencePiece's unigram tokenizer (Kudo, arXiv 1804.10959): the likeliest segmentation by Viterbi, unknown characters merged into one unknown piece or, with byte fallback, spelt in bytes.
/// Immutable and thread-safe.
/// </summary>
public sealed class UnigramTokenizer
{
    /// <summary>How much less likely than the least likely piece an unknown character is.</summary>
    private const float UnknownPenalty = 10;

    private readonly SentencePieceModel _model;
    private readonly CharsMap _charsMap;
    private readonly Dictionary<string, int> _ids = [];
    private readonly int[] _byteIds = new int[256];
    private readonly int _longest;
    private readonly float _unknownScore;
    private readonly float _best;

    private UnigramTokenizer(SentencePieceModel model)
    {
        _model = model;
        _charsMap = new(model);
        Array.Fill(_byteIds, model.Unknown);
        var (least, best) = (float.MaxValue, float.MinValue);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var piece = model.Pieces[id];
            switch (piece.Type)
            {
                case PieceType.Normal:
                    (least, best) = (Math.Min(least, piece.Score), Math.Max(best, piece.Score));
                    goto case PieceType.UserDefined;
                case PieceType.UserDefined:
                    _ids.TryAdd(piece.Text, id);
                    _longest = Math.Max(_longest, piece.Text.Length);
                    break;
                case PieceType.Byte:
                    _byteIds[Convert.ToByte(piece.Text[3..5], 16)] = id;
                    break;
                case PieceType.Control when piece.Text == "</s>":
                    End = id;
                    break;
            }
        }
        _unknownScore = least - UnknownPenalty;
        _best = best;
    }

    /// <summary>Id of <c>&lt;/s&gt;</c>.</summary>
    public int End { get; } = 1;

    /// <summary>Reads a <c>spiece.model</c> file. Throws <see cref="InvalidDataException"/> when it is not a unigram model.</summary>
    public static UnigramTokenizer Load(string path) => new(SentencePieceModel.Parse(File.ReadAllBytes(path)));

    /// <summary>Ids of the text's pieces, without <c>&lt;/s&gt;</c>.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        var normalized = _charsMap.Normalize(text);
        var ids = new List<int>();
        foreach (var (start, end, id) in Segment(normalized))
        {
            if (id != _model.Unknown) ids.Add(id);
            else if (_model.ByteFallback)
            {
                foreach (var b in Encoding.UTF8.GetBytes(normalized[start..end])) ids.Add(_byteIds[b]);
            }
            else if (ids is not [.., var last] || last != _model.Unknown) ids.Add(id);
        }
        return ids;
    }

    /// <summary>As T5 text encoders want it: pieces, <c>&lt;/s&gt;</c> (kept when cut to <paramref name="length"/>), then padding with 0.</summary>
    /// <returns>The ids, and a mask that is 1 for everything but padding.</returns>
    public (long[] Ids, long[] Mask) EncodePadded(string text, int length)
    {
        var pieces = Encode(text);
        var (ids, mask) = (new long[length], new long[length]);
        var count = Math.Min(pieces.Count, length - 1);
        for (var i = 0; i < count; i++) ids[i] = pieces[i];
        ids[count] = End;
        mask.AsSpan(0, count + 1).Fill(1);
        return (ids, mask);
    }

    private Stack<(int Start, int End, int Id)> Segment(string text)
    {
        var paths = new (int Start, int Id, float Score)[text.Length + 1];
        Array.Fill(paths, (-1, 0, 0));
        var lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int start = 0, next; start < text.Length; start = next)
        {
            next = start + Width(text, start);
            var (before, alone) = (paths[start].Score, false);
            for (var end = next; end <= text.Length && end - start <= _longest; end += end < text.Length ? Width(text, end) : 1)
            {
                if (!lookup.TryGetValue(text.AsSpan(start, end - start), out var id)) continue;
                var piece = _model.Pieces[id];
                var score = piece.Type == PieceType.UserDefined ? Encoding.UTF8.GetByteCount(text.AsSpan(start, end - start)) * _best - 0.1f : piece.Score;
                Offer(end, id, before + score);
                alone |= end == next;
            }
            if (!alone) Offer(next, _model.Unknown, before + _unknownScore);

            void Offer(int end, int id, float score)
            {
                if (paths[end].Start < 0 || score > paths[end].Score) paths[end] = (start, id, score);
            }
        }

        var segments = new Stack<(int, int, int)>();
        for (var end = text.Length; end > 0; end = paths[end].Start) segments.Push((paths[end].Start, end, paths[end].Id));
        return segments;
    }

    private static int Width(string text, int at) => char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
}
