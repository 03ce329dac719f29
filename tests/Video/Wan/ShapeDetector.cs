using Platform.Video.Imaging;

namespace Platform.Video.Tests.Wan;

/// <summary>What a clip of the bundled model shows.</summary>
internal sealed record SeenShape(string Size, string Colour, string Shape, string Direction, string Background);

/// <summary>Measures pixels as the model's README describes: background from the corners, silhouette from the distance to it, direction from the centroid's slope.</summary>
internal static class ShapeDetector
{
    private const int Grid = 33, Margin = 10;

    private static readonly (string Name, double[] Rgb)[] Colours =
    [
        ("red", [230, 40, 40]), ("green", [40, 200, 60]), ("blue", [50, 80, 240]), ("yellow", [240, 220, 40]),
        ("cyan", [40, 220, 230]), ("magenta", [220, 50, 220]), ("white", [245, 245, 245]), ("orange", [250, 140, 20]),
    ];

    private static readonly (string Name, double[] Rgb)[] Backgrounds = [("black", [10, 10, 10]), ("gray", [110, 110, 110]), ("navy", [15, 20, 70])];

    public static SeenShape Detect(IReadOnlyList<RgbImage> frames)
    {
        var (width, height) = (frames[0].Width, frames[0].Height);
        double[] corners = [.. Enumerable.Range(0, 3).Select(c => Median(frames.SelectMany(frame => Corners(frame, c))))];
        var distances = frames.Select(frame => Distances(frame, corners)).ToList();
        var scale = Quantile([.. distances.SelectMany(d => d)], 0.993);
        var silhouettes = distances.Select(d => Array.ConvertAll(d, v => Math.Min(1, v / scale) is var a and >= 0.3 ? a : 0)).ToList();

        var seen = new List<(int Frame, double X, double Y)>();
        var colours = new List<double[]>();
        for (var f = 0; f < frames.Count; f++)
        {
            double sum = 0, x = 0, y = 0;
            for (var i = 0; i < silhouettes[f].Length; i++)
            {
                if (silhouettes[f][i] is not (> 0.5 and var a)) continue;
                (sum, x, y) = (sum + a, x + a * (i % width), y + a * (i / width));
            }

            if (sum < 12) continue;
            seen.Add((f, x / sum, y / sum));
            var inside = Enumerable.Range(0, silhouettes[f].Length).Where(i => silhouettes[f][i] > 0.7).ToList();
            if (inside.Count > 0) colours.Add([.. Enumerable.Range(0, 3).Select(c => inside.Average(i => (double)frames[f].Pixels[i * 3 + c]))]);
        }

        if (seen.Count < 2 || colours.Count == 0) return new("none", "none", "none", "none", Nearest(Backgrounds, corners));
        double[] colour = [.. Enumerable.Range(0, 3).Select(c => Median(colours.Select(rgb => rgb[c])))];
        var central = seen.Where(s => s.X >= Margin && s.Y >= Margin && s.X < width - Margin && s.Y < height - Margin).ToList();
        var (size, shape) = Silhouette(silhouettes, central.Count > 0 ? central : seen, width, height);
        return new(size, Nearest(Colours, colour), shape, Direction(seen), Nearest(Backgrounds, corners));
    }

    private static IEnumerable<double> Corners(RgbImage frame, int channel)
    {
        foreach (var y in (int[])[0, 1, 2, frame.Height - 3, frame.Height - 2, frame.Height - 1])
        {
            foreach (var x in (int[])[0, 1, 2, frame.Width - 3, frame.Width - 2, frame.Width - 1]) yield return frame.Pixels[(y * frame.Width + x) * 3 + channel];
        }
    }

    private static double[] Distances(RgbImage frame, double[] from)
    {
        var distances = new double[frame.Width * frame.Height];
        for (var i = 0; i < distances.Length; i++)
        {
            var (r, g, b) = (frame.Pixels[i * 3] - from[0], frame.Pixels[i * 3 + 1] - from[1], frame.Pixels[i * 3 + 2] - from[2]);
            distances[i] = Math.Sqrt(r * r + g * g + b * b);
        }

        return distances;
    }

    private static string Direction(List<(int Frame, double X, double Y)> seen)
    {
        double meanT = seen.Average(s => s.Frame), meanX = seen.Average(s => s.X), meanY = seen.Average(s => s.Y);
        var spread = seen.Sum(s => (s.Frame - meanT) * (s.Frame - meanT));
        var (dx, dy) = (seen.Sum(s => (s.Frame - meanT) * (s.X - meanX)) / spread, seen.Sum(s => (s.Frame - meanT) * (s.Y - meanY)) / spread);
        if (Math.Max(Math.Abs(dx), Math.Abs(dy)) < 0.2) return "none";
        return Math.Abs(dx) > Math.Abs(dy) ? dx > 0 ? "right" : "left" : dy > 0 ? "down" : "up";
    }

    private static (string Size, string Shape) Silhouette(List<double[]> silhouettes, List<(int Frame, double X, double Y)> frames, int width, int height)
    {
        var mean = new double[Grid * Grid];
        foreach (var (frame, cx, cy) in frames)
        {
            for (var i = 0; i < mean.Length; i++) mean[i] += Bilinear(silhouettes[frame], width, height, cx + i % Grid - Grid / 2, cy + i / Grid - Grid / 2) / frames.Count;
        }

        return Templates.MinBy(template => template.Pixels.Zip(mean, (t, m) => (t - m) * (t - m)).Sum() / Math.Sqrt(template.Pixels.Sum())) is var best ? (best.Size, best.Shape) : default;
    }

    private static readonly List<(string Size, string Shape, double[] Pixels)> Templates =
        [.. from size in new[] { ("small", 6.0), ("large", 10.0) } from shape in new[] { "circle", "square", "triangle" } select (size.Item1, shape, Template(shape, size.Item2))];

    private static double[] Template(string shape, double r)
    {
        double Inside(double x, double y) => Math.Clamp(0.5 + shape switch
        {
            "circle" => r - Math.Sqrt(x * x + y * y),
            "square" => 0.9 * r - Math.Max(Math.Abs(x), Math.Abs(y)),
            _ => Math.Min(Math.Min(0.866 * x + 0.5 * y, -0.866 * x + 0.5 * y) + 0.6 * r, 0.6 * r - y),
        }, 0, 1);

        // around its own centroid
        double sum = 0, cx = 0, cy = 0;
        for (var y = -20; y <= 20; y++)
        {
            for (var x = -20; x <= 20; x++)
            {
                var a = Inside(x, y);
                (sum, cx, cy) = (sum + a, cx + a * x, cy + a * y);
            }
        }

        return [.. Enumerable.Range(0, Grid * Grid).Select(i => Inside(i % Grid - Grid / 2 + cx / sum, i / Grid - Grid / 2 + cy / sum))];
    }

    private static double Bilinear(double[] plane, int width, int height, double x, double y)
    {
        var (x0, y0) = ((int)Math.Floor(x), (int)Math.Floor(y));
        double At(int column, int row) => column < 0 || row < 0 || column >= width || row >= height ? 0 : plane[row * width + column];
        var (fx, fy) = (x - x0, y - y0);
        return (At(x0, y0) * (1 - fx) + At(x0 + 1, y0) * fx) * (1 - fy) + (At(x0, y0 + 1) * (1 - fx) + At(x0 + 1, y0 + 1) * fx) * fy;
    }

    private static string Nearest((string Name, double[] Rgb)[] named, double[] rgb) => named.MinBy(one => one.Rgb.Zip(rgb, (a, b) => Math.Abs(a - b)).Sum()).Name;

    private static double Median(IEnumerable<double> values) => Quantile([.. values], 0.5);

    private static double Quantile(double[] values, double share)
    {
        Array.Sort(values);
        return values[(int)Math.Min(values.Length - 1, Math.Round(share * (values.Length - 1)))];
    }
}
