using Platform.Contracts.Videos;
using Platform.Video.Imaging;
using Platform.Video.Wan;

namespace Platform.OnnxWorker.Videos;

/// <summary>An order as the pieces the model makes at once; every piece after the first begins with the last frame of the one before, which is not shown twice.</summary>
/// <param name="Given">Frames that come before all generated ones: a source that is continued.</param>
internal sealed record ClipPlan(VideoOrder Order, IReadOnlyList<int> Pieces, IReadOnlyList<RgbImage> Given, IReadOnlyList<RgbImage> Source, RgbImage? Picture, RgbImage? LastPicture)
{
    /// <summary>Frames of the clip.</summary>
    public int Frames => Given.Count + Order.Frames;

    /// <param name="source">The clip to edit or to continue.</param>
    public static ClipPlan Of(VideoOrder order, IReadOnlyList<RgbImage> source, RgbImage? picture, RgbImage? lastPicture)
    {
        var continued = order.Task == VideoTask.Extend;
        var pieces = new List<int>();
        // a frame that is given counts in a piece but is not new
        for (var (rest, known) = (order.Frames, continued ? 1 : 0); rest > 0; known = 1)
        {
            var piece = Math.Min(rest + known, order.SegmentFrames);
            pieces.Add(piece);
            rest -= piece - known;
        }

        return new(order, pieces, continued ? source : [], order.Task == VideoTask.Edit ? source : [], picture, lastPicture);
    }

    /// <param name="last">The newest frame there is.</param>
    public VideoRequest Request(int piece, RgbImage? last)
    {
        var begin = Pieces.Take(piece).Sum(frames => frames - 1);
        return new()
        {
            Prompt = Order.Prompt,
            NegativePrompt = Order.NegativePrompt,
            Width = Order.Width,
            Height = Order.Height,
            Frames = Pieces[piece],
            Steps = Order.Steps,
            Guidance = Order.Guidance,
            Guidance2 = Order.Guidance2,
            FlowShift = Order.FlowShift,
            Seed = unchecked(Order.Seed + piece),
            Image = piece == 0 && Order.Task != VideoTask.Extend ? Picture : last,
            LastImage = piece == Pieces.Count - 1 ? LastPicture : null,
            Source = Source.Count == 0 ? null : [.. Enumerable.Range(begin, Pieces[piece]).Select(frame => Source[Math.Min(frame, Source.Count - 1)])],
            Strength = Order.Strength,
        };
    }

    /// <summary>Frames of a piece that the clip has already.</summary>
    public int Repeated(int piece) => piece > 0 || Order.Task == VideoTask.Extend ? 1 : 0;
}
