using System.Net;
using System.Text;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>Requests that are wrong in one way each: refused by the field's name, with nothing left behind.</summary>
public sealed class MalformedTests(PlatformFixture platform)
{
    private static readonly byte[] Picture = File.ReadAllBytes(Path.Combine(RepositoryRoot.Find(), "tests/Video/Golden/shapes-wan-i2v/image.png"));

    public static TheoryData<string, string?> Bodies => new()
    {
        { "", null },
        { "[]", null },
        { "{\"prompt\":", null },
        { "{}", "prompt" },
        { "{\"prompt\":\"\"}", "prompt" },
        { "{\"prompt\":null}", "prompt" },
        { "{\"prompt\":{}}", "prompt" },
        { $"{{\"prompt\":\"{new string('a', 32_001)}\"}}", "prompt" },
        { "{\"prompt\":\"x\\u0000\"}", "prompt" },
        { "{\"prompt\":\"x\",\"seconds\":\"5\"}", "seconds" },
        { "{\"prompt\":\"x\",\"seconds\":\"four\"}", "seconds" },
        { "{\"prompt\":\"x\",\"seconds\":-4}", "seconds" },
        { "{\"prompt\":\"x\",\"size\":\"720x1280\"}", "size" },
        { "{\"prompt\":\"x\",\"size\":\"64\"}", "size" },
        { "{\"prompt\":\"x\",\"width\":64}", "height" },
        { "{\"prompt\":\"x\",\"num_frames\":0}", "num_frames" },
        { "{\"prompt\":\"x\",\"num_frames\":9999}", "num_frames" },
        { "{\"prompt\":\"x\",\"fps\":1.5}", "fps" },
        { "{\"prompt\":\"x\",\"num_inference_steps\":201}", "num_inference_steps" },
        { "{\"prompt\":\"x\",\"guidance_scale\":21}", "guidance_scale" },
        { "{\"prompt\":\"x\",\"seed\":\"lucky\"}", "seed" },
        { "{\"prompt\":\"x\",\"output_format\":\"gif\"}", "output_format" },
        { "{\"prompt\":\"x\",\"input_reference\":7}", "input_reference" },
        { "{\"prompt\":\"x\",\"input_reference\":{}}", "input_reference" },
        { "{\"prompt\":\"x\",\"input_reference\":{\"file_id\":\"file-1\"}}", "input_reference.file_id" },
        { "{\"prompt\":\"x\",\"input_reference\":{\"image_url\":\"data:image/png;base64,!!!!\"}}", "input_reference" },
        { "{\"prompt\":\"x\",\"input_reference\":{\"image_url\":\"data:image/png;base64,aGVsbG8=\"}}", "input_reference" },
        { "{\"prompt\":\"x\",\"input_reference\":{\"image_url\":\"file:///etc/passwd\"}}", "input_reference" },
        { "{\"prompt\":\"x\",\"input_reference\":{\"image_url\":\"http://127.0.0.1/a.png\"}}", "input_reference" },
        { "{\"prompt\":\"x\",\"input_reference\":{\"image_url\":\"http://[::ffff:169.254.169.254]/latest\"}}", "input_reference" },
        { "{\"prompt\":\"x\",\"input_reference\":{\"image_url\":\"http://localhost/a.png\"}}", "input_reference" },
        { "{\"prompt\":\"x\",\"last_frame_reference\":\"data:image/png;base64,aGVsbG8=\"}", "last_frame_reference" },
        { "{\"prompt\":\"x\",\"characters\":[{\"id\":\"c\"}]}", "characters" },
        { "{\"prompt\":\"x\",\"extra_body\":\"no object\"}", "extra_body" },
    };

    /// <summary>Behaviour 48.</summary>
    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_wrong_body_is_refused(string body, string? param)
    {
        var before = await Traces.Of(platform);
        using var answer = await platform.Client.PostAsync("v1/videos", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(param, (await answer.Error()).Param);
        await before.AreAll();
    }

    [Theory]
    [InlineData("edits", "{\"prompt\":\"x\"}", "video", 400)]
    [InlineData("edits", "{\"prompt\":\"x\",\"video\":{\"id\":\"video_none\"}}", "video", 404)]
    [InlineData("extensions", "{\"prompt\":\"x\",\"video\":{\"id\":\"video_none\"}}", "seconds", 400)]
    [InlineData("video_none/remix", "{\"prompt\":\"x\"}", "video", 404)]
    public async Task A_source_that_is_not_there_is_refused(string path, string body, string param, int status)
    {
        using var answer = await platform.Client.PostAsync($"v1/videos/{path}", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(param, (await answer.Error()).Param);
    }

    [Fact]
    public async Task A_clip_that_is_none_is_refused()
    {
        foreach (var clip in (byte[][])[Picture, "#EXTM3U\nfile:///etc/passwd"u8.ToArray(), [0, 0, 0, 24, .. "ftypisom"u8, .. new byte[100]]])
        {
            using var form = new MultipartFormDataContent { { new StringContent("x"), "prompt" }, { new ByteArrayContent(clip), "video", "clip.mp4" } };
            using var answer = await platform.Client.PostAsync("v1/videos/edits", form);
            Assert.Equal((HttpStatusCode.BadRequest, "video"), (answer.StatusCode, (await answer.Error()).Param));
        }
    }
}
