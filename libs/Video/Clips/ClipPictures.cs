using Platform.Video.Imaging;

namespace Platform.Video.Clips;

/// <summary>Picks a thumbnail and the tiles of a spritesheet out of the frames that pass by.</summary>
/// <param name="frames">How many will pass.</param>
public sealed class ClipPictures(int frames)
{
    private const int Columns = 4, Rows = 3, WidestTile = 208, WidestThumbnail = 416;

    private readonly List<RgbImage> _tiles = [];
    private RgbImage? _thumbnail;
    private int _seen;

    public void Add(RgbImage frame)
    {
        if (_seen == frames / 2 || _thumbnail is null) _thumbnail = frame;
        var due = _tiles.Count * Math.Max(1, frames - 1) / Math.Min(Columns * Rows - 1, Math.Max(1, frames - 1));
        if (_tiles.Count < Columns * Rows && _seen >= due) _tiles.Add(Narrow(frame, WidestTile));
        _seen++;
    }

    /// <summary>The middle frame, at most 416 pixels wide.</summary>
    public byte[] Thumbnail() => Narrow(_thumbnail ?? throw new InvalidOperationException("No frame has passed."), WidestThumbnail).EncodeWebp(80);

    /// <summary>Twelve frames at even distances, four a row, from the first to the last.</summary>
    public byte[] Spritesheet()
    {
        var (width, height) = (_tiles[0].Width, _tiles[0].Height);
        var (columns, rows) = (Math.Min(Columns, _tiles.Count), (_tiles.Count + Columns - 1) / Columns);
        var sheet = new byte[columns * width * rows * height * 3];
        for (var i = 0; i < _tiles.Count; i++)
        {
            for (var y = 0; y < height; y++)
            {
                var to = ((i / Columns * height + y) * columns * width + i % Columns * width) * 3;
                _tiles[i].Pixels.AsSpan(y * width * 3, width * 3).CopyTo(sheet.AsSpan(to));
            }
        }

        return new RgbImage(columns * width, rows * height, sheet).EncodeJpeg(90);
    }

    private static RgbImage Narrow(RgbImage frame, int widest) =>
        frame.Width <= widest ? frame : frame.Cover(widest, Math.Max(1, (int)Math.Round((double)frame.Height * widest / frame.Width)));
}
