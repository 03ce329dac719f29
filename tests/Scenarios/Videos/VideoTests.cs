using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Eventing.Videos;
using Platform.Fixtures;
using Platform.Video.Clips;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>Videos end to end: asked for over HTTP, made by the bundled model, downloaded and looked at.</summary>
public sealed class VideoTests(PlatformFixture platform)
{
    private const string Prompt = "a large red circle moving left on a navy background";

    /// <summary>Behaviour 44.</summary>
    [Fact]
    public async Task A_prompt_becomes_a_clip_that_shows_it()
    {
        var created = await platform.Client.CreateVideo(new { model = TestCatalogue.Shapes, prompt = Prompt, seconds = "4", size = "64x64", seed = 7 });
        Assert.Equal("queued", created.GetProperty("status").GetString());
        Assert.Equal(("video", "4", "64x64", 0), (created.GetProperty("object").GetString(), created.GetProperty("seconds").GetString(), created.GetProperty("size").GetString(), created.GetProperty("progress").GetInt32()));

        var done = await platform.Client.Over(created.Id());
        Assert.Equal(100, done.GetProperty("progress").GetInt32());
        Assert.True(done.GetProperty("expires_at").GetInt64() > done.GetProperty("completed_at").GetInt64());

        var clip = await platform.Client.Download(created.Id());
        var facts = await ClipReader.Examine(Ffmpeg.Find()!, clip, CancellationToken.None);
        Assert.Equal((64, 64, 8.0, 4.125), (facts.Width, facts.Height, facts.Fps, facts.Seconds));
        Assert.Equal("ftyp", Encoding.ASCII.GetString(clip, 4, 4));
        Assert.True(clip.AsSpan().IndexOf("moov"u8) < clip.AsSpan().IndexOf("mdat"u8), "the index stands before the frames");
        Assert.True((await platform.Client.Download(created.Id(), "thumbnail")).AsSpan(8).StartsWith("WEBP"u8));
        Assert.True((await platform.Client.Download(created.Id(), "spritesheet")).AsSpan().StartsWith<byte>([0xFF, 0xD8, 0xFF]));

        // red on navy, and further left at the end than at the beginning
        var frames = await ClipReader.Read(Ffmpeg.Find()!, clip, 64, 64, 8, 100, CancellationToken.None);
        Assert.Equal(33, frames.Count);
        var (early, late) = (Redness.Centre(frames[8]), Redness.Centre(frames[24]));
        Assert.True(late < early - 3, $"the centre of the red moved from {early:0.0} to {late:0.0}");
    }

    [Theory]
    [InlineData("mp4", "video/mp4", "h264")]
    [InlineData("webm", "video/webm", "vp9")]
    [InlineData("av1", "video/webm", "av1")]
    public async Task A_clip_has_the_format_that_was_asked_for_and_its_mark(string format, string type, string codec)
    {
        var id = (await platform.Client.CreateVideo(new { prompt = Prompt, num_frames = 17, num_inference_steps = 1, extra_body = new { output_format = format, fps = "16" } })).Id();
        await platform.Client.Over(id);
        using var answer = await platform.Client.GetAsync($"v1/videos/{id}/content");
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        var clip = await answer.Content.ReadAsByteArrayAsync();
        var facts = await ClipReader.Examine(Ffmpeg.Find()!, clip, CancellationToken.None);
        Assert.Equal((64, 64, 16.0, codec), (facts.Width, facts.Height, facts.Fps, facts.Codec));
        Assert.Equal(17, (await ClipReader.Read(Ffmpeg.Find()!, clip, 64, 64, 16, 100, CancellationToken.None)).Count);
        Assert.True((await Provenance(clip)).GetProperty("made_by_platform").GetBoolean());
    }

    [Fact]
    public async Task Progress_is_told_as_events_and_a_waiting_client_gets_the_file()
    {
        var id = (await platform.Client.CreateVideo(new { prompt = Prompt, seed = 5 })).Id();
        var events = await platform.Client.GetStringAsync($"v1/videos/{id}/events");
        var told = events.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(part => part.StartsWith("event: ", StringComparison.Ordinal)).Select(part => JsonDocument.Parse(part[(part.IndexOf("data: ", StringComparison.Ordinal) + 6)..]).RootElement).ToList();
        var progress = told.Select(one => one.GetProperty("video").GetProperty("progress").GetInt32()).ToList();
        Assert.Equal(progress.Order(), progress);
        Assert.Equal("video.completed", told[^1].GetProperty("type").GetString());
        Assert.EndsWith("data: [DONE]\n\n", events, StringComparison.Ordinal);

        using var sync = await platform.Client.PostAsync("v1/videos/sync", new StringContent(JsonSerializer.Serialize(new { prompt = Prompt, num_frames = 5, num_inference_steps = 1 }), Encoding.UTF8, "application/json"));
        Assert.Equal("video/mp4", sync.Content.Headers.ContentType!.MediaType);
        Assert.Equal("ftyp", Encoding.ASCII.GetString(await sync.Content.ReadAsByteArrayAsync(), 4, 4));
    }

    [Fact]
    public async Task The_same_request_gives_the_same_clip()
    {
        var videos = new List<string>();
        foreach (var _ in (int[])[1, 2]) videos.Add((await platform.Client.CreateVideo(new { prompt = Prompt, seed = 3, num_frames = 9, num_inference_steps = 2 })).Id());
        foreach (var id in videos) await platform.Client.Over(id);
        Assert.Equal((await Job(videos[0])).Clip!.FramesSha256, (await Job(videos[1])).Clip!.FramesSha256);
    }

    [Fact]
    public async Task Eight_seconds_are_continued_from_the_last_frame()
    {
        var created = await platform.Client.CreateVideo(new { prompt = Prompt, seconds = 8, num_inference_steps = 3 });
        Assert.Equal("8", created.GetProperty("seconds").GetString());
        await platform.Client.Over(created.Id());
        var facts = await ClipReader.Examine(Ffmpeg.Find()!, await platform.Client.Download(created.Id()), CancellationToken.None);
        Assert.Equal(65 / 8.0, facts.Seconds);
    }

    /// <summary>Behaviour 45.</summary>
    [Fact]
    public async Task A_lapsed_lease_is_taken_over_and_gives_the_same_clip()
    {
        var request = new { prompt = Prompt, seed = 11, num_inference_steps = 20, guidance_scale = 3 };
        var undisturbed = (await platform.Client.CreateVideo(request)).Id();
        await platform.Client.Over(undisturbed);

        var disturbed = (await platform.Client.CreateVideo(request)).Id();
        var running = await Eventually.Holds(() => Job(disturbed), job => job.Checkpoint is not null || job.IsOver, TimeSpan.FromMinutes(1));
        Assert.Equal(VideoStatus.InProgress, running.Status);
        // as if its worker had died: another run begins under a higher number, from the checkpoint
        var taken = await platform.Services.GetRequiredService<VideoJobs>().Start(running, "another worker", TimeSpan.FromMilliseconds(1), CancellationToken.None);
        Assert.NotNull(taken);
        await platform.Client.Over(disturbed);

        var job = await Job(disturbed);
        Assert.Equal(3, job.Run);
        Assert.Equal((await Job(undisturbed)).Clip!.FramesSha256, job.Clip!.FramesSha256);
        Assert.Equal(await platform.Client.Download(undisturbed).ContinueWith(clip => clip.Result.Length), (await platform.Client.Download(disturbed)).Length);
    }

    [Fact]
    public async Task A_cancelled_video_stops_and_says_so()
    {
        var id = (await platform.Client.CreateVideo(new { prompt = Prompt, seconds = 12, num_inference_steps = 200 })).Id();
        await Eventually.Holds(() => platform.Client.Video(id), video => video.GetProperty("progress").GetInt32() > 5, TimeSpan.FromMinutes(1));
        using var answer = await platform.Client.PostAsync($"v1/videos/{id}/cancel", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var video = await platform.Client.Over(id, "failed");
        Assert.Equal("cancelled", video.GetProperty("error").GetProperty("code").GetString());
        // the worker is free again at once
        var next = (await platform.Client.CreateVideo(new { prompt = Prompt, num_frames = 5, num_inference_steps = 1 })).Id();
        await platform.Client.Over(next);
        using var again = await platform.Client.PostAsync($"v1/videos/{id}/cancel", null);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_deleted_video_leaves_nothing_behind()
    {
        var id = (await platform.Client.CreateVideo(new { prompt = Prompt, num_frames = 5, num_inference_steps = 1, seed = 1 })).Id();
        await platform.Client.Over(id);
        var clip = (await Job(id)).Clip!;
        using var answer = await platform.Client.DeleteAsync($"v1/videos/{id}");
        Assert.Contains("video.deleted", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await platform.Client.Video(id, HttpStatusCode.NotFound);
        foreach (var blob in (string[])[clip.Video, clip.Thumbnail, clip.Spritesheet]) Assert.False(File.Exists(Path.Combine(platform.BlobFolder, blob[..2], blob)));
    }

    [Fact]
    public async Task A_repeated_key_gives_the_same_video_and_another_request_is_refused()
    {
        async Task<HttpResponseMessage> Send(string prompt)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "v1/videos") { Content = new StringContent(JsonSerializer.Serialize(new { prompt, num_frames = 5, num_inference_steps = 1 }), Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", "the-same-key");
            return await platform.Client.SendAsync(request);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Send(Prompt)));
        var ids = new HashSet<string>();
        foreach (var answer in answers) ids.Add(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Id());
        Assert.Single(ids);
        using var other = await Send("something else");
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        await platform.Client.Over(ids.Single());
    }

    [Fact]
    public async Task A_file_tells_where_it_comes_from_until_its_pictures_change()
    {
        var id = (await platform.Client.CreateVideo(new { prompt = Prompt, num_frames = 9, num_inference_steps = 1 })).Id();
        await platform.Client.Over(id);
        foreach (var variant in (string[])["video", "thumbnail", "spritesheet"])
        {
            var file = await platform.Client.Download(id, variant);
            Assert.True(file.AsSpan().IndexOf("trainedAlgorithmicMedia"u8) > 0);
            var found = await Provenance(file);
            Assert.Equal((true, id, variant, "valid"), (found.GetProperty("made_by_platform").GetBoolean(), found.GetProperty("generation").GetString(), found.GetProperty("part").GetString(), found.GetProperty("signature").GetString()));
        }

        var altered = await platform.Client.Download(id);
        altered[altered.AsSpan().IndexOf("mdat"u8) + 20] ^= 1;
        Assert.Equal("altered", (await Provenance(altered)).GetProperty("content").GetString());
        Assert.False((await Provenance(File.ReadAllBytes(Path.Combine(RepositoryRoot.Find(), "tests/Video/Golden/shapes-wan-i2v/image.png")))).GetProperty("made_by_platform").GetBoolean());
    }

    private async Task<JsonElement> Provenance(byte[] file)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(file), "file", "it" } };
        return await platform.Client.CreateVideo(form, path: "v1/videos/provenance");
    }

    private async Task<VideoJob> Job(string id) => (await platform.Services.GetRequiredService<VideoReader>().Find(null, id, CancellationToken.None))!;
}
