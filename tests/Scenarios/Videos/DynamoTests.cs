using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Eventing.Videos;
using Platform.Fixtures;
using Platform.Scenarios.Tests.Wire;
using Platform.Video.Clips;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>What clients of NVIDIA Dynamo's video API send, and the way its load generator goes: submit, poll, download.</summary>
public sealed class DynamoTests(PlatformFixture platform)
{
    private const string Prompt = "a large blue triangle moving up on a gray background";

    [Fact]
    public async Task Fields_under_nvext_count_like_those_beside_it()
    {
        var created = await platform.Client.CreateVideo(new { model = TestCatalogue.Shapes, prompt = Prompt, size = "64x64", seconds = 4, response_format = "url", nvext = new { fps = 16, num_frames = 17, num_inference_steps = 2, guidance_scale = 2, seed = 7, negative_prompt = "blurry", annotations = Array.Empty<string>() } });
        var video = await platform.Client.Over(created.Id());
        Assert.Equal((17, 16, 7), (video.GetProperty("num_frames").GetInt32(), video.GetProperty("fps").GetInt32(), video.GetProperty("seed").GetInt32()));
        var order = (await platform.Services.GetRequiredService<VideoReader>().Find(null, created.Id(), CancellationToken.None))!.Order;
        Assert.Equal(("blurry", 2, 2f), (order.NegativePrompt, order.Steps, order.Guidance));
        using var wrong = await platform.Client.PostJson("v1/videos", JsonSerializer.Serialize(new { prompt = Prompt, nvext = new { num_inference_steps = 0 } }));
        Assert.Equal((HttpStatusCode.BadRequest, "num_inference_steps"), (wrong.StatusCode, (await wrong.Error()).Param));
        using var none = await platform.Client.PostJson("v1/videos", JsonSerializer.Serialize(new { prompt = Prompt, nvext = 7 }));
        Assert.Equal((HttpStatusCode.BadRequest, "nvext"), (none.StatusCode, (await none.Error()).Param));
    }

    [Fact]
    public async Task Many_clients_submit_poll_and_download_each_its_own()
    {
        var clips = await Task.WhenAll(Enumerable.Range(0, 8).Select(async seed =>
        {
            var id = (await platform.Client.CreateVideo(new { prompt = Prompt, seed, num_frames = 5, num_inference_steps = 1 })).Id();
            var statuses = new List<string>();
            await Eventually.Holds(() => platform.Client.Video(id), video =>
            {
                if (statuses.LastOrDefault() != video.GetProperty("status").GetString()) statuses.Add(video.GetProperty("status").GetString()!);
                return statuses[^1] == "completed";
            }, TimeSpan.FromMinutes(2));
            Assert.Equal(statuses, new[] { "queued", "in_progress", "completed" }.Where(statuses.Contains));
            var clip = await platform.Client.Download(id);
            Assert.Equal(64, (await ClipReader.Examine(Ffmpeg.Find()!, clip, CancellationToken.None)).Width);
            return (await platform.Services.GetRequiredService<VideoReader>().Find(null, id, CancellationToken.None))!.Clip!.FramesSha256;
        }));
        Assert.Equal(8, clips.Distinct().Count());
    }
}
