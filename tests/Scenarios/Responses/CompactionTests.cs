using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Responses;

/// <summary>A long conversation comes back as what its user said and a sealed summary, and goes on from there.</summary>
public sealed class CompactionTests(PlatformFixture platform)
{
    private const string History = """[{"role":"user","content":"My name is Ann."},{"role":"assistant","content":"Hello Ann, how are you?"},{"role":"user","content":"Fine."}]""";

    [Fact]
    public async Task What_the_user_said_stays_and_the_rest_is_sealed()
    {
        var compact = await Compact($$"""{"model":"{{TestCatalogue.SmolLm}}","input":{{History}}}""");
        Assert.Equal("response.compaction", compact.GetProperty("object").GetString());
        var output = compact.GetProperty("output").EnumerateArray().ToList();
        Assert.Equal(["message:user", "message:user", "compaction:"], output.Select(item => $"{item.GetProperty("type").GetString()}:{(item.TryGetProperty("role", out var role) ? role.GetString() : "")}"));
        Assert.Matches("^cmp_[0-9a-z]{26}$", output[2].Id());
        var usage = compact.GetProperty("usage");
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("input_tokens").GetInt32() + usage.GetProperty("output_tokens").GetInt32());

        var next = JsonNode.Parse(compact.GetProperty("output").GetRawText())!.AsArray();
        next.Add(new JsonObject { ["role"] = "user", ["content"] = "Go on." });
        var answer = await platform.Client.Respond($$"""{"model":"{{TestCatalogue.SmolLm}}","input":{{next.ToJsonString()}},"max_output_tokens":16}""");
        Assert.True(answer.GetProperty("usage").GetProperty("input_tokens").GetInt32() >= usage.GetProperty("output_tokens").GetInt32(), "the summary is part of the prompt");
    }

    [Fact]
    public async Task It_goes_on_from_a_stored_response_and_stores_nothing_itself()
    {
        var first = await platform.Client.Respond(ResponsesClient.Body("Remember the number 7.", more: "\"max_output_tokens\":16"));
        var compact = await Compact($$"""{"model":"{{TestCatalogue.Fast}}","previous_response_id":"{{first.Id()}}"}""");
        Assert.Equal("Remember the number 7.", compact.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(404, (await platform.Client.GetAnswer($"v1/responses/{compact.Id()}")).Status);
    }

    [Theory]
    [InlineData("""{"input":"a"}""", 400, "model")]
    [InlineData("""{"model":"bigram"}""", 400, "input")]
    [InlineData("""{"model":"none","input":"a"}""", 404, "model")]
    [InlineData("""{"model":"bigram","input":[{"type":"compaction","encrypted_content":"gAAAAAB"}]}""", 400, "input[0].encrypted_content")]
    public async Task What_is_wrong_is_named(string body, int status, string param)
    {
        using var response = await platform.Client.PostJson("v1/responses/compact", body);
        Assert.Equal((status, param), ((int)response.StatusCode, (await response.Error()).Param));
    }

    private async Task<JsonElement> Compact(string body)
    {
        using var response = await platform.Client.PostJson("v1/responses/compact", body);
        var json = await response.Json();
        Assert.True(response.IsSuccessStatusCode, json.GetRawText());
        return json;
    }
}
