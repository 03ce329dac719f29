using Platform.Video.Imaging;

namespace Platform.Scenarios.Tests.Videos;

internal static class Redness
{
    /// <summary>Horizontal centre of the clearly red pixels.</summary>
    public static double Centre(RgbImage frame)
    {
        var columns = new List<int>();
        for (var i = 0; i < frame.Width * frame.Height; i++)
        {
            if (frame.Pixels[i * 3] > 150 && frame.Pixels[i * 3 + 1] < 100 && frame.Pixels[i * 3 + 2] < 100) columns.Add(i % frame.Width);
        }

        Assert.InRange(columns.Count, 100, 1000);
        return columns.Average();
    }
}
