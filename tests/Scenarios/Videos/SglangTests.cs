using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Eventing.Videos;
using Platform.Scenarios.Tests.Wire;
using Platform.Video.Clips;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>What clients of SGLang's diffusion server send beside OpenAI's fields, and what they look for in an answer.</summary>
public sealed class SglangTests(PlatformFixture platform)
{
    private const string Prompt = "a small green square moving right on a black background";

    private static string PictureUrl => $"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(Path.Combine(RepositoryRoot.Find(), "tests/Video/Golden/shapes-wan-i2v/image.png")))}";

    [Fact]
    public async Task Fields_in_an_extra_body_count_like_those_beside_it()
    {
        // settings of an engine that this platform has not are passed over
        var extra = new { num_frames = 9, fps = 12, num_inference_steps = 2, guidance_scale = 2.5, guidance_scale_2 = 2.0, negative_prompt = "blurry", seed = 1024, generator_device = "cpu", enable_teacache = false, output_quality = "maximum", diffusers_kwargs = new { } };
        using var form = new MultipartFormDataContent { { new StringContent(Prompt), "prompt" }, { new StringContent(TestCatalogue.Shapes), "model" }, { new StringContent(JsonSerializer.Serialize(extra)), "extra_body" } };
        foreach (var created in (JsonElement[])[await platform.Client.CreateVideo(new { prompt = Prompt, extra_body = extra }), await platform.Client.CreateVideo(form)])
        {
            var video = await platform.Client.Over(created.Id());
            Assert.Equal((9, 12, 1024, "64x64"), (video.GetProperty("num_frames").GetInt32(), video.GetProperty("fps").GetInt32(), video.GetProperty("seed").GetInt32(), video.GetProperty("size").GetString()));
            Assert.True(video.GetProperty("inference_time_s").GetDouble() > 0);
            var order = (await platform.Services.GetRequiredService<VideoReader>().Find(null, created.Id(), CancellationToken.None))!.Order;
            Assert.Equal(("blurry", 2, 2.5f, 2f), (order.NegativePrompt, order.Steps, order.Guidance, order.Guidance2));
            var facts = await ClipReader.Examine(Ffmpeg.Find()!, await platform.Client.Download(created.Id()), CancellationToken.None);
            Assert.Equal((64, 64, 12.0), (facts.Width, facts.Height, facts.Fps));
        }
    }

    [Fact]
    public async Task A_picture_comes_by_its_reference_url()
    {
        var created = await platform.Client.CreateVideo(new { prompt = Prompt, reference_url = PictureUrl, num_frames = 5, num_inference_steps = 1 });
        await platform.Client.Over(created.Id());
        Assert.NotNull((await platform.Services.GetRequiredService<VideoReader>().Find(null, created.Id(), CancellationToken.None))!.Order.Picture);
        using var both = await platform.Client.PostJson("v1/videos", JsonSerializer.Serialize(new { prompt = Prompt, reference_url = PictureUrl, input_reference = PictureUrl }));
        Assert.Equal((HttpStatusCode.BadRequest, "reference_url"), (both.StatusCode, (await both.Error()).Param));
    }

    /// <summary>There a path of the server's disk; here none is ever read.</summary>
    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("assets/logo.png")]
    public async Task A_path_on_the_server_is_no_picture(string path)
    {
        using var answer = await platform.Client.PostJson("v1/videos", JsonSerializer.Serialize(new { prompt = Prompt, input_reference = path }));
        Assert.Equal((HttpStatusCode.BadRequest, "input_reference"), (answer.StatusCode, (await answer.Error()).Param));
    }

    [Fact]
    public async Task A_video_that_is_not_ready_has_no_content_and_one_that_is_deleted_is_gone()
    {
        var id = (await platform.Client.CreateVideo(new { prompt = Prompt, seconds = "12", num_inference_steps = 200 })).Id();
        using (var early = await platform.Client.GetAsync($"v1/videos/{id}/content"))
        {
            Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
            await early.Error();
        }

        using (var deleted = await platform.Client.DeleteAsync($"v1/videos/{id}")) Assert.Equal((HttpStatusCode.OK, id), (deleted.StatusCode, (await deleted.Json()).Id()));
        await platform.Client.Video(id, HttpStatusCode.NotFound);
    }
}
