using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>Bodies with something wrong in them, from a fixed seed: never a 500, always the error object, and the field's name where the body is an object at all.</summary>
public sealed class MalformedBodyTests(PlatformFixture platform)
{
    private const int BodiesEach = 700, AtOnce = 8;

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e999", "9223372036854775808", "-9223372036854775809", "2147483648", "\"\"", "\"x\"", "\"\\u0000\"", "\"日本 😀\"", "[]", "{}", "[null]", "[[]]", "[{}]", "[1,\"a\"]",
        "{\"a\":1}", "{\"type\":\"function\"}", "{\"type\":5}", "[[[[[[[[]]]]]]]]", "{\"x\":{\"y\":{\"z\":[1,2,{}]}}}", "\"default\"", "128", "-100",
    ];

    public static TheoryData<string, string> Endpoints => new()
    {
        {
            "v1/chat/completions", """
            {"model":"bigram","messages":[{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"b"}]},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"1"}],
             "max_tokens":2,"temperature":1,"top_p":0.9,"top_k":5,"min_p":0.1,"n":2,"stop":["x"],"seed":1,"logprobs":true,"top_logprobs":2,"logit_bias":{"5":1},"stream":false,"presence_penalty":0,"frequency_penalty":0,"repeat_penalty":1.1,
             "typical_p":0.9,"top_n_sigma":1,"xtc_probability":0.1,"xtc_threshold":0.1,"dry_multiplier":0.5,"dry_base":1.5,"dry_allowed_length":2,"dry_penalty_last_n":-1,"dry_sequence_breakers":["a"],"dynatemp_range":0.1,"min_tokens":1,
             "stop_token_ids":[5],"ignore_eos":false,"response_format":{"type":"text"},"service_tier":"auto","metadata":{"k":"v"},"user":"u","prediction":{"type":"content","content":"p"},"modalities":["text"],"tools":[],"chat_template_kwargs":{}}
            """
        },
        { "v1/completions", """{"model":"bigram","prompt":["a","b"],"max_tokens":2,"n":1,"best_of":1,"echo":true,"logprobs":2,"stop":"x","suffix":null,"seed":3,"logit_bias":{"5":-1},"temperature":0.5,"stream":false,"user":"u"}""" },
        { "v1/tokenize", """{"model":"bigram","prompt":"hello","add_special_tokens":true,"return_token_strs":true,"with_pieces":false}""" },
        { "v1/tokenize", """{"model":"bigram","messages":[{"role":"user","content":"a"}],"add_generation_prompt":true,"chat_template_kwargs":{},"tools":[]}""" },
        { "v1/detokenize", """{"model":"bigram","tokens":[5,6,7]}""" },
        { "v1/embeddings", """{"model":"bigram","input":["a",[1,2]],"encoding_format":"float","dimensions":4,"user":"u"}""" },
        {
            "v1/responses", """
            {"model":"bigram","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"a"}]},{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"b"}]},{"role":"assistant","content":"c"},
              {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"d"}],"instructions":"i","max_output_tokens":16,"temperature":1,"top_p":0.9,"store":true,"stream":false,
             "background":false,"metadata":{"k":"v"},"include":["reasoning.encrypted_content"],"parallel_tool_calls":true,"tool_choice":"none","tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object","properties":{}},"strict":false}],
             "text":{"format":{"type":"text"}},"truncation":"disabled","top_logprobs":0,"user":"u","service_tier":"auto","prompt_cache_key":"p"}
            """
        },
        { "v1/responses/input_tokens", """{"model":"bigram","input":"a","instructions":"b","truncation":"auto","tools":[]}""" },
        { "v1/conversations", """{"items":[{"type":"message","role":"user","content":"a"},{"role":"assistant","content":[{"type":"output_text","text":"b","annotations":[]}]}],"metadata":{"k":"v"}}""" },
        {
            "v1/messages", """
            {"model":"bigram","max_tokens":2,"system":[{"type":"text","text":"a"}],"messages":[{"role":"user","content":[{"type":"text","text":"b"}]},{"role":"assistant","content":[{"type":"thinking","thinking":"c","signature":""},{"type":"tool_use","id":"t","name":"f","input":{}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"d"}]}],"temperature":1,"top_p":0.9,"top_k":5,"stop_sequences":["x"],"stream":false,"metadata":{"user_id":"u"},"tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{}}}],"tool_choice":{"type":"none"}}
            """
        },
        { "v1/rerank", """{"model":"bigram","query":"a","documents":["b","c"],"top_n":1}""" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task A_body_with_something_wrong_is_told_what(string path, string valid)
    {
        var random = new Random(20261126);
        var bodies = Enumerable.Range(0, BodiesEach).Select(_ => Broken(valid, random)).ToList();
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (body, cancellation) => await Check(path, body, cancellation));
    }

    private async Task Check(string path, byte[] body, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await platform.Client.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
        var answer = await response.Content.ReadAsStringAsync(cancellation);
        var told = $"{path} {(int)response.StatusCode}: {Encoding.UTF8.GetString(body)} → {answer}";
        Assert.True((int)response.StatusCode is 200 or (>= 400 and < 500), told);
        if (response.IsSuccessStatusCode) return;
        var error = JsonDocument.Parse(answer).RootElement.GetProperty("error");
        if (path.StartsWith("v1/messages", StringComparison.Ordinal))
        {
            Assert.True(error.EnumerateObject().Select(field => field.Name).SequenceEqual(["type", "message"]), told);
            return;
        }

        Assert.True(error.EnumerateObject().Select(field => field.Name).SequenceEqual(["message", "type", "param", "code"]), told);
        Assert.True(error.GetProperty("param").ValueKind == JsonValueKind.String || !IsObject(body), told);
    }

    /// <summary>Whether there are fields to name: what is no JSON object, or no Unicode, has none.</summary>
    private static bool IsObject(byte[] body)
    {
        if (!Utf8.IsValid(body)) return false;
        try
        {
            return JsonDocument.Parse(body) is { RootElement.ValueKind: JsonValueKind.Object } document && document.RootElement.GetRawText() is var text && !text.Contains("\\ud", StringComparison.OrdinalIgnoreCase);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>One to three changes somewhere in a valid body, or its bytes cut or changed.</summary>
    private static byte[] Broken(string valid, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(valid);
        switch (random.Next(12))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
        }

        var body = JsonNode.Parse(valid)!;
        for (var changes = random.Next(1, 4); changes > 0; changes--) Change(body, random);
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private static void Change(JsonNode body, Random random)
    {
        var places = Places(body).ToList();
        if (places.Count == 0) return;
        var place = places[random.Next(places.Count)];
        var value = JsonNode.Parse(Values[random.Next(Values.Length)]);
        if (place.Parent is JsonObject fields)
        {
            if (random.Next(6) == 0) fields.Remove(place.Name);
            else fields[place.Name] = value;
        }
        else if (place.Parent is JsonArray items)
        {
            if (random.Next(6) == 0) items.RemoveAt(place.Index);
            else items[place.Index] = value;
        }
    }

    private static IEnumerable<(JsonNode Parent, string Name, int Index)> Places(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Places(field.Value).Prepend((fields, field.Key, 0))),
        JsonArray items => items.Index().SelectMany(item => Places(item.Item).Prepend((items, "", item.Index))),
        _ => [],
    };
}
