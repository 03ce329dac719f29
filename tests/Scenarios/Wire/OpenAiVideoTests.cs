#pragma warning disable OPENAI001 // the package calls its video client experimental
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;
using OpenAI.Videos;
using Platform.Fixtures;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>The video client of OpenAI's .NET package. Its methods take bodies and give answers as they are on the wire.</summary>
public sealed class OpenAiVideoTests(PlatformFixture platform)
{
    private static readonly byte[] Picture = File.ReadAllBytes(Path.Combine(RepositoryRoot.Find(), "tests/Video/Golden/shapes-wan-i2v/image.png"));

    [Fact]
    public async Task It_creates_follows_downloads_remixes_lists_and_deletes()
    {
        var client = new OpenAIClient(new ApiKeyCredential(platform.ApiKey), new OpenAIClientOptions { Endpoint = new Uri(platform.Address, "v1") }).GetVideoClient();
        var first = await Over(client, await client.CreateVideoAsync(Json(new { model = TestCatalogue.Shapes, prompt = "a small red circle", num_inference_steps = 1, seconds = "4", size = "64x64" }), "application/json"));

        using var form = new MultipartFormDataContent { { new StringContent("moving left"), "prompt" }, { new StringContent("1"), "num_inference_steps" }, { new ByteArrayContent(Picture), "input_reference", "a.png" } };
        var second = await Over(client, await client.CreateVideoAsync(BinaryContent.Create(await form.ReadAsStreamAsync()), form.Headers.ContentType!.ToString()));

        var clip = (await client.DownloadVideoAsync(first)).GetRawResponse().Content.ToArray();
        Assert.Equal("ftyp"u8.ToArray(), clip[4..8]);
        Assert.Equal("WEBP"u8.ToArray(), (await client.DownloadVideoAsync(first, "thumbnail")).GetRawResponse().Content.ToArray()[8..12]);

        var remix = await client.CreateVideoRemixAsync(first, Json(new { prompt = "a small blue circle" }), "application/json");
        Assert.Equal(first, Root(remix).GetProperty("remixed_from_video_id").GetString());
        var third = await Over(client, remix);

        // it follows no cursors by itself
        Assert.Equal([third, second], await Page(client, null));
        Assert.Equal(first, (await Page(client, second))[0]);
        Assert.True(Root(await client.DeleteVideoAsync(first)).GetProperty("deleted").GetBoolean());
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => client.GetVideoAsync(first));
        Assert.Equal(404, gone.Status);
    }

    private static async Task<List<string>> Page(VideoClient client, string? after)
    {
        var ids = new List<string>();
        await foreach (var page in client.GetVideosAsync(2, "desc", after, null).GetRawPagesAsync()) ids.AddRange(Root(page).GetProperty("data").EnumerateArray().Select(video => video.GetProperty("id").GetString()!));
        return ids;
    }

    private static async Task<string> Over(VideoClient client, ClientResult created)
    {
        var id = Root(created).GetProperty("id").GetString()!;
        await Eventually.Holds(async () => Root(await client.GetVideoAsync(id)).GetProperty("status").GetString(), status => status == "completed", TimeSpan.FromMinutes(1));
        return id;
    }

    private static BinaryContent Json(object body) => BinaryContent.Create(BinaryData.FromObjectAsJson(body));

    private static JsonElement Root(ClientResult result) => JsonDocument.Parse(result.GetRawResponse().Content).RootElement;
}
