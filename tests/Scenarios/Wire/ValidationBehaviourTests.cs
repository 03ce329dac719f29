using System.Text;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>What is refused and what must not be. The numbered behaviours are those of the API reference.</summary>
public sealed class ValidationBehaviourTests(PlatformFixture platform)
{
    public static TheoryData<string> Endpoints => ["v1/chat/completions", "v1/completions", "v1/embeddings", "v1/rerank", "v1/responses", "v1/responses/compact", "v1/tokenize", "v1/detokenize", "v1/videos"];

    /// <summary>Behaviour 28.</summary>
    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task A_body_that_is_no_object_is_a_400(string path)
    {
        foreach (var body in (string[])["[]", "\"x\"", "1", "null", "true", "", "{", "{\"model\":\"bigram\",}", "\u0000"])
        {
            using var response = await platform.Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
            Assert.Equal((400, "invalid_request_error"), ((int)response.StatusCode, (await response.Error()).Type));
        }
    }

    /// <summary>Behaviour 29; also what llama.cpp's own server refuses.</summary>
    [Theory]
    [InlineData("null", "messages")]
    [InlineData("\"string\"", "messages")]
    [InlineData("[]", "messages")]
    [InlineData("[123]", "messages[0]")]
    [InlineData("[{}]", "messages[0].role")]
    [InlineData("[{\"role\":123}]", "messages[0].role")]
    [InlineData("[{\"role\":\"system\",\"content\":123}]", "messages[0].content")]
    [InlineData("[{\"role\":\"system\",\"content\":\"test\"},{}]", "messages[1].role")]
    [InlineData("[{\"role\":\"narrator\",\"content\":\"a\"}]", "messages[0].role")]
    [InlineData("[{\"role\":\"user\"}]", "messages[0].content")]
    public async Task Messages_that_are_none_are_named(string messages, string param)
    {
        using var response = await Chat(messages);
        Assert.Equal((400, param), ((int)response.StatusCode, (await response.Error()).Param));
    }

    /// <summary>Behaviour 30.</summary>
    [Fact]
    public async Task Two_messages_of_the_user_are_answered_two_last_ones_of_the_assistant_are_not()
    {
        using var users = await Chat("""[{"role":"user","content":"a"},{"role":"user","content":"b"}]""");
        Assert.Equal(200, (int)users.StatusCode);
        using var assistants = await Chat("""[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"assistant","content":"c"}]""");
        Assert.Equal((400, "messages[2]"), ((int)assistants.StatusCode, (await assistants.Error()).Param));
    }

    /// <summary>Behaviour 31.</summary>
    [Theory]
    [InlineData("\"new_field_of_next_year\":{\"a\":[1]},\"verbose\":true,\"id_slot\":0,\"timings_per_token\":true", null)]
    [InlineData("\"temperature\":2.1", "temperature")]
    [InlineData("\"temperature\":-0.1", "temperature")]
    [InlineData("\"top_p\":1.5", "top_p")]
    [InlineData("\"n\":0", "n")]
    [InlineData("\"n\":129", "n")]
    [InlineData("\"presence_penalty\":2.5", "presence_penalty")]
    [InlineData("\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop")]
    [InlineData("\"max_tokens\":0", "max_tokens")]
    [InlineData("\"add_generation_prompt\":true,\"continue_final_message\":true,\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]", "continue_final_message")]
    [InlineData("\"web_search_options\":{}", "web_search_options")]
    public async Task Unknown_fields_are_let_by_and_numbers_out_of_range_named(string fields, string? param)
    {
        using var response = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast, more: $"\"stop_token_ids\":[5],{fields}"));
        Assert.Equal(param is null ? 200 : 400, (int)response.StatusCode);
        if (param is not null) Assert.Equal(param, (await response.Error()).Param);
    }

    /// <summary>Behaviour 32; of verbs and paths see <see cref="EnvelopeTests"/>.</summary>
    [Theory]
    [InlineData("v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]")]
    [InlineData("v1/completions", "\"prompt\":\"a\"")]
    [InlineData("v1/embeddings", "\"input\":\"a\"")]
    [InlineData("v1/rerank", "\"query\":\"a\",\"documents\":[\"b\"]")]
    [InlineData("v1/responses", "\"input\":\"a\"")]
    [InlineData("v1/tokenize", "\"prompt\":\"a\"")]
    public async Task An_unknown_model_is_not_found(string path, string fields)
    {
        using var response = await platform.Client.PostJson(path, $$"""{"model":"fake_id",{{fields}}}""");
        var (param, code, _) = await response.Error();
        Assert.Equal((404, "model", "model_not_found"), ((int)response.StatusCode, param, code));
    }

    /// <summary>Behaviour 33; of addresses that must not be fetched see the videos' own tests.</summary>
    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("file://../mtmd/test-1.jpeg")]
    [InlineData("http://127.0.0.1/a.png")]
    [InlineData("data:image/png;base64,AAAA")]
    public async Task A_picture_is_refused_where_no_model_sees(string url)
    {
        using var response = await Chat($$$"""[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"{{{url}}}"}}]}]""");
        Assert.Equal((400, "messages[0].content[1].type"), ((int)response.StatusCode, (await response.Error()).Param));
    }

    /// <summary>Behaviour 34.</summary>
    [Fact]
    public async Task A_wrong_key_is_a_401_that_does_not_tell_it_again()
    {
        foreach (var key in (string?[])[null, "sk-this-is-the-secret-key"])
        {
            using var client = platform.ClientOf(key);
            using var response = await client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.Fast));
            Assert.Equal((401, "invalid_api_key"), ((int)response.StatusCode, (await response.Error()).Code));
            Assert.DoesNotContain("this-is-the-secret", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var other = platform.ClientOf(null);
        other.DefaultRequestHeaders.Add("X-Api-Key", platform.ApiKey);
        Assert.Equal(200, (int)(await other.GetAsync("v1/models")).StatusCode);
    }

    /// <summary>Behaviour 34.</summary>
    [Fact]
    public async Task Health_and_preflights_need_no_key()
    {
        using var client = platform.ClientOf(null);
        Assert.Equal(200, (int)(await client.GetAsync("health")).StatusCode);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "v1/chat/completions") { Headers = { { "Origin", "http://web.mydomain.fr" }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "Authorization" } } };
        using var allowed = await client.SendAsync(preflight);
        Assert.Contains((int)allowed.StatusCode, (int[])[200, 204]);
        Assert.Contains(allowed.Headers.GetValues("Access-Control-Allow-Origin").Single(), (string[])["*", "http://web.mydomain.fr"]);
        Assert.Equal(("POST", "Authorization"), (allowed.Headers.GetValues("Access-Control-Allow-Methods").Single(), allowed.Headers.GetValues("Access-Control-Allow-Headers").Single()));
    }

    /// <summary>A NUL character is no part of any text that is stored: refused, not a server error.</summary>
    [Theory]
    [InlineData("v1/chat/completions?after=a%00b")]
    [InlineData("v1/chat/completions?metadata[a%00]=b")]
    [InlineData("v1/videos?after=%00")]
    [InlineData("v1/organization/usage/completions?start_time=1&user_ids[]=%00")]
    public async Task A_nul_in_a_query_is_a_400(string path)
    {
        using var admin = platform.ClientOf(path.Contains("organization", StringComparison.Ordinal) ? platform.AdminKey : platform.ApiKey);
        using var response = await admin.GetAsync(path);
        Assert.Equal((400, "invalid_value"), ((int)response.StatusCode, (await response.Error()).Code));
    }

    private Task<HttpResponseMessage> Chat(string messages) => platform.Client.PostJson("v1/chat/completions", $$"""{"model":"{{TestCatalogue.Fast}}","max_tokens":1,"messages":{{messages}}}""");
}
