using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Fixtures;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>Video models come and go with the catalogue, while the platform runs.</summary>
public sealed class CatalogueTests(PlatformFixture platform)
{
    private const string Prompt = "a small red circle";

    [Fact]
    public async Task A_model_that_is_added_makes_videos_a_broken_one_beside_it_none_and_one_that_is_removed_is_not_found_and_what_waited_for_it_fails()
    {
        var before = await File.ReadAllTextAsync(platform.CatalogueFile);
        var folder = Directory.CreateTempSubdirectory("platform-broken-model-").FullName;
        string waiting;
        try
        {
            // the broken one first: its index leads to nothing
            var index = Path.Combine(folder, "model_index.json");
            await File.WriteAllTextAsync(index, "{");
            await Change(before, models =>
            {
                var shapes = models.First(model => (string?)model!["id"] == TestCatalogue.Shapes)!;
                models.Add(Named(shapes, "shapes-added"));
                var broken = Named(shapes, "a-broken-one");
                broken["files"] = new JsonArray(new JsonObject { ["path"] = index, ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(index))) });
                models.Add(broken);
            });
            await Eventually.Holds(() => Answer("shapes-added"), status => status == HttpStatusCode.OK);

            var made = (await Create("shapes-added")).Id();
            Assert.Equal("shapes-added", (await platform.Client.Over(made)).GetProperty("model").GetString());
            await platform.Client.Over((await Create(TestCatalogue.Shapes)).Id());
            waiting = (await Create("a-broken-one")).Id();
            Assert.Equal("queued", (await platform.Client.Video(waiting)).GetProperty("status").GetString());
        }
        finally
        {
            await File.WriteAllTextAsync(platform.CatalogueFile, before);
            Directory.Delete(folder, recursive: true);
        }

        await Eventually.Holds(() => Answer("shapes-added"), status => status == HttpStatusCode.NotFound);
        var gone = (await platform.Client.Over(waiting, "failed")).GetProperty("error");
        Assert.Equal(("model_not_found", "The model 'a-broken-one' was removed before the video was made."), (gone.GetProperty("code").GetString(), gone.GetProperty("message").GetString()));
        using var refused = await platform.Client.PostJson("v1/videos", JsonSerializer.Serialize(new { model = "shapes-added", prompt = Prompt }));
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        await platform.Client.Over((await Create(TestCatalogue.Shapes)).Id());
    }

    private Task<JsonElement> Create(string model) => platform.Client.CreateVideo(new { model, prompt = Prompt, num_frames = 5, num_inference_steps = 1 });

    private async Task<HttpStatusCode> Answer(string model)
    {
        using var answer = await platform.Client.GetAsync($"v1/models/{model}");
        return answer.StatusCode;
    }

    private async Task Change(string catalogue, Action<JsonArray> change)
    {
        var root = JsonNode.Parse(catalogue)!; // an object
        change(root["models"]!.AsArray());
        await File.WriteAllTextAsync(platform.CatalogueFile, root.ToJsonString());
    }

    private static JsonNode Named(JsonNode model, string id)
    {
        var copy = model.DeepClone();
        copy["id"] = id;
        return copy;
    }
}
