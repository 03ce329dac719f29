using System.Net;
using System.Net.Http.Headers;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>Parts of a file, as RFC 9110 §13 and §14 have it.</summary>
public sealed class RangeTests(PlatformFixture platform)
{
    /// <summary>Behaviour 46.</summary>
    [Fact]
    public async Task Ranges_and_tags_are_honoured()
    {
        var id = (await platform.Client.CreateVideo(new { prompt = "a small red circle", num_frames = 5, num_inference_steps = 1 })).Id();
        await platform.Client.Over(id);
        foreach (var variant in (string[])["video", "thumbnail", "spritesheet"])
        {
            var address = $"v1/videos/{id}/content?variant={variant}";
            var whole = await platform.Client.Download(id, variant);
            await Part(address, "bytes=10-19", whole, 10, 19);
            await Part(address, "bytes=0-0", whole, 0, 0);
            await Part(address, "bytes=100-", whole, 100, whole.Length - 1);
            await Part(address, $"bytes=100-{whole.Length + 1000}", whole, 100, whole.Length - 1);
            await Part(address, "bytes=-50", whole, whole.Length - 50, whole.Length - 1);
            await Part(address, $"bytes=-{whole.Length + 1000}", whole, 0, whole.Length - 1);

            // a server may answer several ranges, other units and what is no range with the whole
            foreach (var range in (string[])["bytes=0-4,10-14", "lines=0-4", "bytes=9-3", "bytes=x-y"]) await Whole(address, whole, ("Range", range));

            foreach (var range in (string[])[$"bytes={whole.Length}-", $"bytes={whole.Length}-{whole.Length + 5}", "bytes=-0"])
            {
                using var beyond = await Ask(address, ("Range", range));
                Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
                Assert.Equal($"bytes */{whole.Length}", beyond.Content.Headers.GetValues("Content-Range").Single());
            }
        }
    }

    [Fact]
    public async Task A_part_is_only_given_of_the_file_the_client_has_begun()
    {
        var id = (await platform.Client.CreateVideo(new { prompt = "a small red circle", num_frames = 5, num_inference_steps = 1 })).Id();
        await platform.Client.Over(id);
        var address = $"v1/videos/{id}/content";
        using var first = await Ask(address);
        var whole = await first.Content.ReadAsByteArrayAsync();
        var (tag, modified) = (first.Headers.ETag!.ToString(), first.Content.Headers.LastModified!.Value);
        Assert.Equal("bytes", first.Headers.AcceptRanges.Single());

        await Part(address, "bytes=10-19", whole, 10, 19, ("If-Range", tag));
        await Part(address, "bytes=-5", whole, whole.Length - 5, whole.Length - 1, ("If-Range", tag));
        await Part(address, "bytes=10-19", whole, 10, 19, ("If-Range", modified.ToString("R")));
        await Whole(address, whole, ("Range", "bytes=10-19"), ("If-Range", "\"another\""));
        await Whole(address, whole, ("Range", "bytes=10-19"), ("If-Range", modified.AddSeconds(-10).ToString("R")));
        await Whole(address, whole, ("Range", "bytes=10-19"), ("If-Range", $"W/{tag}"));

        await Status(address, HttpStatusCode.NotModified, ("If-None-Match", tag));
        await Status(address, HttpStatusCode.NotModified, ("If-None-Match", $"\"another\", {tag}"));
        await Status(address, HttpStatusCode.NotModified, ("If-Modified-Since", modified.ToString("R")));
        await Status(address, HttpStatusCode.PreconditionFailed, ("If-Match", "\"another\""));
        await Whole(address, whole, ("If-Match", tag));
        await Whole(address, whole, ("If-None-Match", "\"another\""));

        using var head = await platform.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, address));
        Assert.Equal((HttpStatusCode.OK, whole.Length, tag), (head.StatusCode, (int)head.Content.Headers.ContentLength!, head.Headers.ETag!.ToString()));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    private async Task Part(string address, string range, byte[] whole, int from, int to, params (string, string)[] headers)
    {
        using var answer = await Ask(address, [("Range", range), .. headers]);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(new ContentRangeHeaderValue(from, to, whole.Length), answer.Content.Headers.ContentRange);
        Assert.Equal(whole[from..(to + 1)], await answer.Content.ReadAsByteArrayAsync());
    }

    private async Task Whole(string address, byte[] whole, params (string, string)[] headers)
    {
        using var answer = await Ask(address, headers);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(whole, await answer.Content.ReadAsByteArrayAsync());
    }

    private async Task Status(string address, HttpStatusCode status, params (string, string)[] headers)
    {
        using var answer = await Ask(address, headers);
        Assert.Equal(status, answer.StatusCode);
        if (status == HttpStatusCode.NotModified) Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        else await answer.Error();
    }

    private async Task<HttpResponseMessage> Ask(string address, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await platform.Client.SendAsync(request);
    }
}
