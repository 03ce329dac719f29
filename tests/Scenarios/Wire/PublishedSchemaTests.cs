using System.Text.Json;
using Platform.Scenarios.Tests.Responses;
using Platform.Scenarios.Tests.Videos;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>Answers that no other test holds to their published schema.</summary>
public sealed class PublishedSchemaTests
{
    private readonly PlatformFixture platform;

    public PublishedSchemaTests(PlatformFixture platform)
    {
        OpenAiSchemas.AreNeeded();
        this.platform = platform;
    }

    private HttpClient Client => platform.Client;

    [Theory]
    [InlineData("v1/embeddings", $$"""{"model":"{{TestCatalogue.MiniLm}}","input":["a","b c"]}""", "CreateEmbeddingResponse")]
    [InlineData("v1/completions", $$"""{"model":"{{TestCatalogue.Fast}}","prompt":["a","b"],"max_tokens":4,"n":2}""", "CreateCompletionResponse")]
    [InlineData("v1/completions", $$"""{"model":"{{TestCatalogue.Fast}}","prompt":"a","max_tokens":4,"echo":true,"logprobs":2}""", "CreateCompletionResponse")]
    [InlineData("v1/chat/completions", $$"""{"model":"{{TestCatalogue.Fast}}","messages":[{"role":"user","content":"a"}],"max_tokens":4,"n":2,"logprobs":true,"top_logprobs":3}""", "CreateChatCompletionResponse")]
    public async Task What_is_made(string path, string body, string schema)
    {
        using var response = await Client.PostJson(path, body);
        Assert.Equal(200, (int)response.StatusCode);
        OpenAiSchemas.Check(schema, await response.Json());
    }

    [Theory]
    [InlineData("v1/completions", $$"""{"model":"{{TestCatalogue.Fast}}","prompt":"a","max_tokens":6,"stream":true,"stream_options":{"include_usage":true} }""", "CreateCompletionResponse")]
    [InlineData("v1/chat/completions", $$"""{"model":"{{TestCatalogue.Fast}}","messages":[{"role":"user","content":"a"}],"max_tokens":6,"logprobs":true,"top_logprobs":2,"stream":true,"stream_options":{"include_usage":true} }""", "CreateChatCompletionStreamResponse")]
    public async Task What_is_streamed(string path, string body, string schema)
    {
        using var response = await Client.PostJson(path, body);
        var chunks = (await response.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement).ToList();
        Assert.True(chunks.Count > 2);
        Assert.All(chunks, chunk => OpenAiSchemas.Check(schema, chunk));
    }

    [Theory]
    [InlineData("v1/models", "ListModelsResponse")]
    [InlineData($"v1/models/{TestCatalogue.Fast}", "Model")]
    [InlineData("v1/chat/completions", "ChatCompletionList")]
    [InlineData("v1/videos", "VideoListResource")]
    public async Task What_is_listed(string path, string schema)
    {
        using var stored = await Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: "\"store\":true,\"max_tokens\":4"));
        Assert.Equal(200, (int)stored.StatusCode);
        OpenAiSchemas.Check(schema, await Client.GetJson(path));
    }

    [Theory]
    [InlineData("GET", "v1/models/none", "", 404)]
    [InlineData("PUT", "v1/chat/completions", "", 405)]
    [InlineData("GET", "v1/nothing", "", 404)]
    [InlineData("POST", "v1/chat/completions", "{", 400)]
    [InlineData("POST", "v1/chat/completions", """{"model":"none","messages":[{"role":"user","content":"a"}]}""", 404)]
    [InlineData("POST", "v1/completions", "{}", 400)]
    [InlineData("POST", "v1/embeddings", """{"model":"bigram","input":""}""", 400)]
    [InlineData("POST", "v1/responses", """{"model":"bigram","input":5}""", 400)]
    [InlineData("GET", "v1/responses/resp_none", "", 404)]
    [InlineData("GET", "v1/conversations/conv_none", "", 404)]
    [InlineData("POST", "v1/rerank", "{}", 400)]
    [InlineData("POST", "v1/videos", "{}", 400)]
    public async Task What_is_refused(string method, string path, string body, int status)
    {
        using var response = await Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = body.Length > 0 ? new StringContent(body, null, "application/json") : null });
        Assert.Equal(status, (int)response.StatusCode);
        OpenAiSchemas.Check("ErrorResponse", await response.Json());
    }

    [Fact]
    public async Task Without_a_key()
    {
        using var stranger = platform.ClientOf(null);
        using var response = await stranger.GetAsync("v1/models");
        Assert.Equal(401, (int)response.StatusCode);
        OpenAiSchemas.Check("ErrorResponse", await response.Json());
    }

    [Fact]
    public async Task A_video_from_its_order_to_its_deletion()
    {
        var made = await Client.CreateVideo(new { model = TestCatalogue.Shapes, prompt = "a large red circle moving left", seconds = "4" });
        OpenAiSchemas.Check("VideoResource", made);
        var id = VideoClient.Id(made);
        OpenAiSchemas.Check("VideoResource", await Client.Over(id));
        OpenAiSchemas.Check("VideoListResource", await Client.GetJson("v1/videos"));
        OpenAiSchemas.Check("DeletedVideoResource", (await Client.GetAnswer($"v1/videos/{id}", HttpMethod.Delete)).Json);
    }

    [Fact]
    public async Task A_stored_completion_its_messages_and_its_deletion()
    {
        using var response = await Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: "\"store\":true,\"max_tokens\":4"));
        var id = ResponsesClient.Id(await response.Json());
        OpenAiSchemas.Check("ChatCompletionMessageList", await Client.GetJson($"v1/chat/completions/{id}/messages"));
        OpenAiSchemas.Check("ChatCompletionDeleted", (await Client.GetAnswer($"v1/chat/completions/{id}", HttpMethod.Delete)).Json);
    }

    [Theory]
    [InlineData("completions")]
    [InlineData("embeddings")]
    public async Task Usage(string kind)
    {
        using var admin = platform.ClientOf(platform.AdminKey);
        OpenAiSchemas.Check("UsageResponse", await admin.GetJson($"v1/organization/usage/{kind}?start_time={DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeSeconds()}"));
    }
}
