using System.Net;
using System.Text.Json;

namespace Platform.Scenarios.Tests.Structured;

/// <summary>Answers that keep to a form, at temperature 1, from a model that knows nothing of it and from the bundled one.</summary>
public sealed class StructuredOutputTests(PlatformFixture platform)
{
    private static readonly JsonElement Person = JsonElement.Parse("""
        {"type":"object","properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer","minimum":0,"maximum":120},"kind":{"enum":["cat","dog"]},
         "tags":{"type":"array","items":{"type":"string","maxLength":6},"minItems":1,"maxItems":3}},"required":["name","age","kind","tags"],"additionalProperties":false}
        """);

    /// <summary>Behaviour 21.</summary>
    [Theory]
    [InlineData(TestCatalogue.Fast, 8)]
    [InlineData(TestCatalogue.SmolLm, 2)]
    public async Task A_schema_is_kept_by_every_choice(string model, int n)
    {
        var answer = await platform.Client.Ask(Request(model, n, new { type = "json_schema", json_schema = new { name = "person", strict = true, schema = Person } }));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        foreach (var choice in answer.Body.GetProperty("choices").EnumerateArray())
        {
            Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
            var person = JsonElement.Parse(choice.GetProperty("message").GetProperty("content").GetString()!);
            Assert.Equal(["name", "age", "kind", "tags"], person.EnumerateObject().Select(property => property.Name));
            Assert.InRange(person.GetProperty("age").GetInt32(), 0, 120);
            Assert.Contains(person.GetProperty("kind").GetString(), (string[])["cat", "dog"]);
            Assert.InRange(person.GetProperty("tags").GetArrayLength(), 1, 3);
        }
    }

    [Fact]
    public async Task A_json_object_is_one()
    {
        var answer = await platform.Client.Ask(Request(TestCatalogue.Fast, 4, new { type = "json_object" }));
        foreach (var choice in answer.Body.GetProperty("choices").EnumerateArray())
        {
            var text = choice.GetProperty("message").GetProperty("content").GetString()!;
            Assert.StartsWith("{", text, StringComparison.Ordinal);
            if (choice.GetProperty("finish_reason").GetString() == "stop") Assert.Equal(JsonValueKind.Object, JsonElement.Parse(text).ValueKind);
        }
    }

    [Fact]
    public async Task An_answer_cut_short_says_length_and_is_the_beginning_of_one()
    {
        var answer = await platform.Client.Ask(new
        {
            model = TestCatalogue.Fast, messages = Messages, max_tokens = 3, seed = 1,
            response_format = new { type = "json_schema", json_schema = new { name = "person", schema = Person } },
        });
        Assert.Equal("length", answer.Body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.StartsWith("{", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stream_is_the_answer()
    {
        var request = Request(TestCatalogue.Fast, 1, new { type = "json_schema", json_schema = new { name = "person", schema = Person } });
        var whole = await platform.Client.Ask(request);
        var streamed = "";
        await foreach (var line in platform.Client.Stream(new { request.model, request.messages, request.max_tokens, request.seed, request.n, request.response_format, stream = true })) streamed += line.Text;
        Assert.Equal(whole.Text, streamed);
    }

    [Theory]
    [InlineData("""{"guided_regex":"[a-c]{3}-\\d{2}"}""", "^[a-c]{3}-[0-9]{2}$")]
    [InlineData("""{"guided_choice":["yes","no"]}""", "^(yes|no)$")]
    [InlineData("""{"grammar":"root ::= \"<\" [xy]{4} \">\""}""", "^<[xy]{4}>$")]
    [InlineData("""{"structured_outputs":{"regex":"z+"},"max_tokens":5}""", "^z+$")]
    [InlineData("""{"guided_json":{"type":"integer","minimum":5,"maximum":7}}""", "^[567]$")]
    [InlineData("""{"json_schema":"{\"const\":\"a\"}"}""", "^\"a\"$")]
    public async Task Other_ways_to_ask_for_a_form_work_too(string extra, string expected)
    {
        var request = new Dictionary<string, object> { ["model"] = TestCatalogue.Fast, ["messages"] = Messages, ["seed"] = 1, ["max_tokens"] = 100 };
        foreach (var field in JsonElement.Parse(extra).EnumerateObject()) request[field.Name] = field.Value;
        Assert.Matches(expected, (await platform.Client.Ask(request)).Text);
    }

    /// <summary>Behaviour 21.</summary>
    [Theory]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object","properties":{"a":{"type":"array","uniqueItems":true}}}}}}""", "response_format.json_schema.schema.properties.a.uniqueItems")]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{"type":"object","properties":{}}}}}""", "response_format")]
    [InlineData("""{"response_format":{"type":"json_schema"}}""", "response_format.json_schema")]
    [InlineData("""{"grammar":"root ::= root"}""", "grammar")]
    [InlineData("""{"guided_regex":"(a"}""", "guided_regex")]
    [InlineData("""{"guided_regex":"a","guided_choice":["b"]}""", "guided_choice")]
    [InlineData("""{"reasoning_effort":"high"}""", "reasoning_effort")]
    public async Task What_can_not_be_kept_is_refused_by_name(string extra, string param)
    {
        var request = new Dictionary<string, object> { ["model"] = TestCatalogue.Fast, ["messages"] = Messages };
        foreach (var field in JsonElement.Parse(extra).EnumerateObject()) request[field.Name] = field.Value;
        var answer = await platform.Client.Ask(request);
        Assert.Equal((HttpStatusCode.BadRequest, param), (answer.Status, answer.Body.GetProperty("error").GetProperty("param").GetString()));
    }

    private static readonly object[] Messages = [new { role = "user", content = "Describe a pet as JSON." }];

    private static StructuredRequest Request(string model, int n, object format) => new(model, Messages, 400, 5, n, format);

    private sealed record StructuredRequest(string model, object[] messages, int max_tokens, int seed, int n, object response_format);
}
