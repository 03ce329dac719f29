using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Eventing.Videos;
using Platform.Fixtures;
using Platform.Scenarios.Tests.Wire;
using Platform.Video.Clips;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>What clients of vLLM-Omni's video API rely on beside OpenAI's: its form fields and their bounds, the synchronous answer, deletion while it runs, and the figures of an answer.</summary>
public sealed class VllmOmniTests(PlatformFixture platform)
{
    private const string Prompt = "a small green square moving right on a white background";

    private static readonly byte[] Picture = File.ReadAllBytes(Path.Combine(RepositoryRoot.Find(), "tests/Video/Golden/shapes-wan-i2v/image.png"));

    private static string PictureUrl => $"data:image/png;base64,{Convert.ToBase64String(Picture)}";

    [Fact]
    public async Task A_form_with_every_field_as_text_becomes_a_clip_of_just_that()
    {
        using var form = Form(
            ("prompt", Prompt), ("model", TestCatalogue.Shapes), ("width", "64"), ("height", "64"), ("num_frames", "17"), ("fps", "12"), ("num_inference_steps", "2"), ("guidance_scale", "2.5"), ("guidance_scale_2", "2"),
            ("true_cfg_scale", "4"), ("flow_shift", "3"), ("seed", "42"), ("negative_prompt", "blurry"), ("extra_params", """{"output_format":"webm"}"""));
        var created = await platform.Client.CreateVideo(form);
        var video = await platform.Client.Over(created.Id());

        Assert.Equal(("64x64", 17, 12, 42), (video.GetProperty("size").GetString(), video.GetProperty("num_frames").GetInt32(), video.GetProperty("fps").GetInt32(), video.GetProperty("seed").GetInt32()));
        Assert.Equal("video/webm", video.GetProperty("media_type").GetString());
        Assert.True(video.GetProperty("inference_time_s").GetDouble() > 0);
        Assert.Equal(["decode", "denoise", "encode"], video.GetProperty("stage_durations").EnumerateObject().Select(stage => stage.Name).Order());
        var order = (await platform.Services.GetRequiredService<VideoReader>().Find(null, created.Id(), CancellationToken.None))!.Order;
        Assert.Equal(("blurry", 2, 2.5f, (double?)3), (order.NegativePrompt, order.Steps, order.Guidance, order.FlowShift));
        var facts = await ClipReader.Examine(Ffmpeg.Find()!, await platform.Client.Download(created.Id()), CancellationToken.None);
        Assert.Equal((64, 64, 12.0, "vp9"), (facts.Width, facts.Height, facts.Fps, facts.Codec));
    }

    [Fact]
    public async Task Frames_follow_from_seconds_where_they_are_not_given()
    {
        using var form = Form(("prompt", Prompt), ("seconds", "8"), ("num_inference_steps", "1"));
        var created = await platform.Client.CreateVideo(form);
        Assert.Equal(("8", 8 * 8 + 1), (created.GetProperty("seconds").GetString(), created.GetProperty("num_frames").GetInt32())); // the first frame stands at 0 s
        await platform.Client.Over(created.Id());
    }

    [Theory]
    [InlineData("width", "0")]
    [InlineData("height", "-64")]
    [InlineData("num_frames", "0")]
    [InlineData("fps", "0")]
    [InlineData("num_inference_steps", "0")]
    [InlineData("num_inference_steps", "201")]
    [InlineData("guidance_scale", "20.5")]
    [InlineData("guidance_scale", "-1")]
    [InlineData("guidance_scale_2", "21")]
    [InlineData("true_cfg_scale", "21")]
    [InlineData("true_cfg_scale", "much")]
    [InlineData("seconds", "04")]
    [InlineData("seconds", "4.5")]
    [InlineData("size", "64X64")]
    [InlineData("size", "64x")]
    [InlineData("seed", "1e3")]
    [InlineData("boundary_ratio", "0.5")]
    [InlineData("generate_sound", "true")]
    [InlineData("enable_frame_interpolation", "true")]
    [InlineData("extra_params", "[1]")]
    [InlineData("image_reference", """{"image_url":"data:image/png;base64,AA==","file_id":"file-1"}""")]
    public async Task A_field_out_of_its_bounds_is_refused_by_name(string field, string value)
    {
        using var form = Form(field is "width" ? [("prompt", Prompt), ("height", "64"), (field, value)] : field is "height" ? [("prompt", Prompt), ("width", "64"), (field, value)] : [("prompt", Prompt), (field, value)]);
        using var answer = await platform.Client.PostAsync("v1/videos", form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, (await answer.Error()).Param);
    }

    [Fact]
    public async Task A_picture_comes_as_a_reference_in_JSON_text_and_begins_the_clip()
    {
        using var form = Form(("prompt", Prompt), ("image_reference", JsonSerializer.Serialize(new { image_url = PictureUrl })), ("num_frames", "9"), ("num_inference_steps", "8"));
        var created = await platform.Client.CreateVideo(form);
        await platform.Client.Over(created.Id());
        var frames = await ClipReader.Read(Ffmpeg.Find()!, await platform.Client.Download(created.Id()), 64, 64, 8, 100, CancellationToken.None);
        Assert.True(Psnr(frames[0].Pixels, Platform.Video.Imaging.RgbImage.Decode(Picture).Pixels) >= 28);
    }

    [Fact]
    public async Task Only_one_picture_begins_a_clip()
    {
        using var form = Form(("prompt", Prompt), ("image_reference", JsonSerializer.Serialize(new { image_url = PictureUrl })));
        form.Add(new ByteArrayContent(Picture), "input_reference", "a.png");
        using var answer = await platform.Client.PostAsync("v1/videos", form);
        Assert.Equal((HttpStatusCode.BadRequest, "image_reference"), (answer.StatusCode, (await answer.Error()).Param));
        using var both = await platform.Client.PostAsync("v1/videos", Json(new { prompt = Prompt, image_reference = PictureUrl, input_reference = PictureUrl }));
        Assert.Equal((HttpStatusCode.BadRequest, "image_reference"), (both.StatusCode, (await both.Error()).Param));
    }

    [Fact]
    public async Task A_client_that_waits_gets_the_file_itself()
    {
        using var form = Form(("prompt", Prompt), ("num_frames", "5"), ("num_inference_steps", "1"));
        using var answer = await platform.Client.PostAsync("v1/videos/sync", form);
        Assert.Equal((HttpStatusCode.OK, "video/mp4"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal("ftyp", Encoding.ASCII.GetString(await answer.Content.ReadAsByteArrayAsync(), 4, 4));
    }

    /// <summary>Behaviour 46 and 47.</summary>
    [Fact]
    public async Task Deleting_a_video_that_is_being_made_stops_it_within_two_seconds_and_its_content_is_not_there_before()
    {
        using var form = Form(("prompt", Prompt), ("seconds", "12"), ("num_inference_steps", "200"));
        var id = (await platform.Client.CreateVideo(form)).Id();
        await Eventually.Holds(() => platform.Client.Video(id), video => video.GetProperty("status").GetString() == "in_progress", TimeSpan.FromMinutes(1));
        using (var early = await platform.Client.GetAsync($"v1/videos/{id}/content")) Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);

        var watch = Stopwatch.StartNew();
        using (var deleted = await platform.Client.DeleteAsync($"v1/videos/{id}"))
        {
            Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
            var told = JsonDocument.Parse(await deleted.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal((id, "video.deleted", true), (told.Id(), told.GetProperty("object").GetString(), told.GetProperty("deleted").GetBoolean()));
        }

        await platform.Client.Video(id, HttpStatusCode.NotFound);
        using var next = Form(("prompt", Prompt), ("num_frames", "5"), ("num_inference_steps", "1"));
        var after = (await platform.Client.CreateVideo(next)).Id();
        await Eventually.Holds(() => platform.Client.Video(after), video => video.GetProperty("status").GetString() != "queued", TimeSpan.FromSeconds(30));
        TestContext.Current.SendDiagnosticMessage($"the next video began {watch.Elapsed.TotalSeconds:0.0} s after the deletion");
        await platform.Client.Over(after);
    }

    /// <summary>Behaviour 44.</summary>
    [Fact]
    public async Task Pages_follow_one_another_by_their_cursors()
    {
        var made = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            using var form = Form(("prompt", $"{Prompt} {i}"), ("num_frames", "5"), ("num_inference_steps", "1"));
            made.Add((await platform.Client.CreateVideo(form)).Id());
        }

        var seen = new List<string>();
        for (var after = ""; ;)
        {
            var page = JsonDocument.Parse(await platform.Client.GetStringAsync($"v1/videos?limit=2&order=asc{after}")).RootElement;
            var ids = page.GetProperty("data").EnumerateArray().Select(video => video.Id()).ToList();
            Assert.Equal(("list", ids[0], ids[^1]), (page.GetProperty("object").GetString(), page.GetProperty("first_id").GetString(), page.GetProperty("last_id").GetString()));
            seen.AddRange(ids);
            if (!page.GetProperty("has_more").GetBoolean()) break;
            after = $"&after={ids[^1]}";
        }

        Assert.Equal(seen.Distinct(), seen);
        var none = JsonDocument.Parse(await platform.Client.GetStringAsync("v1/videos?limit=0")).RootElement;
        Assert.Equal((0, JsonValueKind.Null, JsonValueKind.Null), (none.GetProperty("data").GetArrayLength(), none.GetProperty("first_id").ValueKind, none.GetProperty("last_id").ValueKind));
        Assert.Equal(made, seen.Where(made.Contains));
        foreach (var id in made) await platform.Client.Over(id);
    }

    private static MultipartFormDataContent Form(params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        return form;
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    private static double Psnr(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        Assert.Equal(a.Length, b.Length);
        var squares = 0.0;
        for (var i = 0; i < a.Length; i++) squares += (a[i] - b[i]) * (double)(a[i] - b[i]);
        return 10 * Math.Log10(255 * 255 * a.Length / squares);
    }
}
