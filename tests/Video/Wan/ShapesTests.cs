using Platform.Inference.Onnx;
using Platform.Video.Imaging;
using Platform.Video.Wan;

namespace Platform.Video.Tests.Wan;

/// <summary>The bundled model does what captions say. Some of many: <c>platform bench shapes</c> tries 117.</summary>
public sealed class ShapesTests : IDisposable
{
    private readonly WanPipeline _pipeline = WanPipeline.Load(GoldenCase.FolderOf("shapes-wan"), new OnnxOptions(1));

    [Theory]
    [InlineData("a large red circle moving left on a navy background", "large", "red", "circle", "left", "navy")]
    [InlineData("The tiny yellow disc is drifting to the top over a grey background.", "small", "yellow", "circle", "up", "gray")]
    [InlineData("a huge turquoise box sliding right on a black background", "large", "cyan", "square", "right", "black")]
    [InlineData("a big pink pyramid flying down on a dark blue background", "large", "magenta", "triangle", "down", "navy")]
    public void A_caption_comes_true(string caption, string size, string colour, string shape, string direction, string background) =>
        Assert.Equal(new SeenShape(size, colour, shape, direction, background), ShapeDetector.Detect(Make(new() { Prompt = caption, Width = 64, Height = 64, Frames = 33, Steps = 12, Guidance = 3, Seed = 1 })));

    [Fact]
    public void A_picture_moves_as_told()
    {
        var picture = RgbImage.Decode(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "shapes-wan-i2v", "image.png")));
        var still = ShapeDetector.Detect([picture, picture]);
        foreach (var direction in (string[])["left", "right"])
        {
            var frames = Make(new() { Prompt = $"a {still.Size} {still.Colour} {still.Shape} moving {direction} on a {still.Background} background", Width = 64, Height = 64, Frames = 33, Steps = 12, Guidance = 3, Seed = 2, Image = picture });
            Assert.Equal(direction, ShapeDetector.Detect(frames).Direction);
            var error = frames[0].Pixels.Zip(picture.Pixels, (a, b) => (double)(a - b) * (a - b)).Average();
            Assert.True(10 * Math.Log10(255 * 255 / error) >= 28);
        }
    }

    public void Dispose() => _pipeline.Dispose();

    private List<RgbImage> Make(VideoRequest request) => [.. _pipeline.Decode(_pipeline.Denoise(request), _pipeline.ShapeOf(request))];
}
