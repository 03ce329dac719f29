using System.Net;
using Platform.Scenarios.Tests.Wire;
using Platform.Video.Clips;
using Platform.Video.Imaging;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>What comes out is of the size, length and kind that was asked for; or it is refused by what the model can make.</summary>
public sealed class OutputTests(PlatformFixture platform)
{
    private const string Prompt = "a large red circle moving left on a navy background";

    [Fact]
    public async Task Every_size_and_length_is_made_exactly_or_refused_by_what_can_be()
    {
        foreach (var size in (string?[])["64x64", "32x32", "64x48", "128x64", "1280x720", null])
        {
            foreach (var seconds in (int?[])[4, 8, 12, 1, 2, 5, 16, 20, null])
            {
                using var answer = await platform.Client.PostAsync("v1/videos", System.Net.Http.Json.JsonContent.Create(new { prompt = Prompt, size, seconds, num_inference_steps = 1, guidance_scale = 1 }));
                if (size is null or "64x64" && seconds is null or 4 or 8 or 12)
                {
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    await Made((await answer.Json()).Id(), (seconds ?? 4) * 8 + 1, 8);
                    continue;
                }

                Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
                var (param, message) = ((await answer.Error()).Param, await answer.Content.ReadAsStringAsync());
                Assert.Contains(param == "size" ? "'64x64'" : "'4', '8', '12'", message, StringComparison.Ordinal);
                Assert.Equal(size is null or "64x64" ? "seconds" : "size", param);
            }
        }
    }

    /// <param name="made">Frames there are: the next length down that the model makes.</param>
    [Theory]
    [InlineData(1, 8, 1)]
    [InlineData(2, 8, 1)]
    [InlineData(5, 1, 5)]
    [InlineData(16, 30, 13)]
    [InlineData(33, 24, 33)]
    [InlineData(34, 8, 33)]
    [InlineData(37, 8, 37)]
    [InlineData(97, 60, 97)]
    public async Task Frames_and_rate_are_those_that_were_asked_for(int frames, int fps, int made)
    {
        var id = (await platform.Client.CreateVideo(new { prompt = Prompt, num_frames = frames, fps, num_inference_steps = 1, guidance_scale = 1 })).Id();
        await Made(id, made, fps);
    }

    [Theory]
    [InlineData("mp4", "h264", "mov,mp4,m4a,3gp,3g2,mj2")]
    [InlineData("webm", "vp9", "matroska,webm")]
    [InlineData("av1", "av1", "matroska,webm")]
    public async Task Every_file_is_what_it_says(string format, string codec, string container)
    {
        var id = (await platform.Client.CreateVideo(new { prompt = Prompt, num_frames = 17, num_inference_steps = 4, output_format = format })).Id();
        await platform.Client.Over(id);
        Assert.Equal($"{codec},64,64,yuv420p,8/1,17,{container}", await Probe(await platform.Client.Download(id)));
        var thumbnail = await platform.Client.Download(id, "thumbnail");
        Assert.StartsWith("webp,64,64,", await Probe(thumbnail), StringComparison.Ordinal);
        Assert.Equal(64, RgbImage.Decode(thumbnail).Width);
        var spritesheet = await platform.Client.Download(id, "spritesheet");
        var sheet = RgbImage.Decode(spritesheet);
        Assert.StartsWith($"mjpeg,{sheet.Width},{sheet.Height},", await Probe(spritesheet), StringComparison.Ordinal);
        Assert.Equal((0, 0), (sheet.Width % 64, sheet.Height % 64));
    }

    private async Task Made(string id, int frames, int fps)
    {
        await platform.Client.Over(id);
        Assert.Equal($"h264,64,64,yuv420p,{fps}/1,{frames},mov,mp4,m4a,3gp,3g2,mj2", await Probe(await platform.Client.Download(id)));
    }

    /// <summary>Codec, width, height, pixel format, rate, frames that can be read, container: as ffprobe says.</summary>
    private static async Task<string> Probe(byte[] content)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, content);
            return await Ffprobe("-count_frames", "-select_streams", "v:0", "-show_entries", "stream=codec_name,width,height,pix_fmt,r_frame_rate,nb_read_frames:format=format_name", "-of", "default=noprint_wrappers=1:nokey=1", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> Ffprobe(params string[] arguments)
    {
        using var process = Ffmpeg.Find()!.Start("ffprobe", ["-v", "error", .. arguments]);
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return string.Join(',', said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
