using System.Net;
using System.Text;
using Platform.Scenarios.Tests.Wire;
using Platform.Video.Clips;
using SkiaSharp;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>A machine that has no ffmpeg: clips are animated WebP, and what can't be done without is said, with the advice.</summary>
public sealed class WithoutFfmpegTests(PlatformFixture platform) : IAsyncLifetime
{
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH"), _data = Environment.GetEnvironmentVariable("PLATFORM_DATA");

    [Fact]
    public async Task A_clip_is_an_animated_picture_and_a_clip_can_not_be_uploaded()
    {
        Assert.Null(Ffmpeg.Find());
        var id = (await platform.Client.CreateVideo(new { prompt = "a small red circle", num_frames = 9, num_inference_steps = 1, output_format = "mp4" })).Id();
        var video = await platform.Client.Over(id);
        Assert.Equal("image/webp", video.GetProperty("media_type").GetString());
        using var answer = await platform.Client.GetAsync($"v1/videos/{id}/content");
        Assert.Equal(("image/webp", $"{id}.video.webp"), (answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentDisposition!.FileName!.Trim('"')));
        var clip = await answer.Content.ReadAsByteArrayAsync();
        using var codec = SKCodec.Create(new MemoryStream(clip));
        Assert.Equal((64, 64, 9), (codec.Info.Width, codec.Info.Height, codec.FrameCount));
        Assert.All(codec.FrameInfo, frame => Assert.Equal(125, frame.Duration)); // 8 frames a second
        Assert.True(clip.AsSpan().IndexOf("trainedAlgorithmicMedia"u8) > 0);

        using var form = new MultipartFormDataContent { { new StringContent("x"), "prompt" }, { new ByteArrayContent([0, 0, 0, 24, .. "ftypisom"u8, .. new byte[100]]), "video", "clip.mp4" } };
        using var refused = await platform.Client.PostAsync("v1/videos/edits", form);
        Assert.Equal(HttpStatusCode.NotImplemented, refused.StatusCode);
        Assert.Contains("apt-get install ffmpeg", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // its own clip is no MP4 either: the job says so
        var remix = (await platform.Client.CreateVideo(new { prompt = "a small blue circle" }, path: $"v1/videos/{id}/remix")).Id();
        var failed = await platform.Client.Over(remix, "failed");
        Assert.Contains("apt-get install ffmpeg", failed.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    public async ValueTask InitializeAsync()
    {
        Environment.SetEnvironmentVariable("PATH", "/nowhere");
        Environment.SetEnvironmentVariable("PLATFORM_DATA", null);
        await platform.Restart();
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        Environment.SetEnvironmentVariable("PLATFORM_DATA", _data);
        await platform.Restart();
    }
}
