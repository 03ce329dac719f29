using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Fixtures;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>The video endpoints, as a client sees them.</summary>
internal static class VideoClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<JsonElement> CreateVideo(this HttpClient client, object body, HttpStatusCode expected = HttpStatusCode.OK, string path = "v1/videos")
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        return await Read(answer, expected);
    }

    public static async Task<JsonElement> CreateVideo(this HttpClient client, MultipartFormDataContent form, HttpStatusCode expected = HttpStatusCode.OK, string path = "v1/videos")
    {
        using var answer = await client.PostAsync(path, form);
        return await Read(answer, expected);
    }

    public static async Task<JsonElement> Video(this HttpClient client, string id, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await client.GetAsync($"v1/videos/{id}");
        return await Read(answer, expected);
    }

    /// <summary>Waits until the video is over; it must have this status then.</summary>
    public static async Task<JsonElement> Over(this HttpClient client, string id, string status = "completed")
    {
        var video = await Eventually.Holds(() => client.Video(id), video => video.GetProperty("status").GetString() is "completed" or "failed", Patience);
        Assert.Equal(status, video.GetProperty("status").GetString());
        return video;
    }

    public static async Task<byte[]> Download(this HttpClient client, string id, string variant = "video")
    {
        using var answer = await client.GetAsync($"v1/videos/{id}/content?variant={variant}");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadAsByteArrayAsync();
    }

    public static string Id(this JsonElement video) => video.GetProperty("id").GetString()!;

    private static async Task<JsonElement> Read(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
