using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>Valid bodies of every endpoint that takes one, and the same with something wrong in them.</summary>
internal static class MalformedBodies
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e999", "9223372036854775808", "-9223372036854775809", "2147483648", "\"\"", "\"x\"", "\"\\u0000\"", "\"日本 😀\"", "[]", "{}", "[null]", "[[]]", "[{}]", "[1,\"a\"]",
        "{\"a\":1}", "{\"type\":\"function\"}", "{\"type\":5}", "[[[[[[[[]]]]]]]]", "{\"x\":{\"y\":{\"z\":[1,2,{}]}}}", "\"default\"", "128", "-100", "\"auto\"", "\"required\"", "1e-400", "0.1", "[\"a\",\"a\"]",
    ];

    private static readonly string[] Names = ["type", "name", "role", "content", "text", "function", "arguments", "id", "model", "x"];

    /// <summary>Paths, with names in braces for what has to be there first, and bodies that are right.</summary>
    public static readonly (string Path, string Body)[] Valid =
    [
        (
            "v1/chat/completions", """
            {"model":"bigram","messages":[{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"b"}]},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"1"}],
             "max_tokens":2,"temperature":1,"top_p":0.9,"top_k":5,"min_p":0.1,"n":2,"stop":["x"],"seed":1,"logprobs":true,"top_logprobs":2,"logit_bias":{"5":1},"stream":false,"presence_penalty":0,"frequency_penalty":0,"repeat_penalty":1.1,
             "typical_p":0.9,"top_n_sigma":1,"xtc_probability":0.1,"xtc_threshold":0.1,"dry_multiplier":0.5,"dry_base":1.5,"dry_allowed_length":2,"dry_penalty_last_n":-1,"dry_sequence_breakers":["a"],"dynatemp_range":0.1,"min_tokens":1,
             "stop_token_ids":[5],"ignore_eos":false,"response_format":{"type":"text"},"service_tier":"auto","metadata":{"k":"v"},"user":"u","prediction":{"type":"content","content":"p"},"modalities":["text"],"tools":[],"chat_template_kwargs":{}}
            """
        ),
        ("v1/completions", """{"model":"bigram","prompt":["a","b"],"max_tokens":2,"n":1,"best_of":1,"echo":true,"logprobs":2,"stop":"x","suffix":null,"seed":3,"logit_bias":{"5":-1},"temperature":0.5,"stream":false,"user":"u"}"""),
        ("v1/tokenize", """{"model":"bigram","prompt":"hello","add_special_tokens":true,"return_token_strs":true,"with_pieces":false}"""),
        ("v1/tokenize", """{"model":"bigram","messages":[{"role":"user","content":"a"}],"add_generation_prompt":true,"chat_template_kwargs":{},"tools":[]}"""),
        ("v1/detokenize", """{"model":"bigram","tokens":[5,6,7]}"""),
        ("v1/embeddings", """{"model":"all-minilm-l6-v2","input":["a","b"],"encoding_format":"float","dimensions":4,"user":"u"}"""),
        (
            "v1/responses", """
            {"model":"bigram","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"a"}]},{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"b"}]},{"role":"assistant","content":"c"},
              {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"d"}],"instructions":"i","max_output_tokens":16,"temperature":1,"top_p":0.9,"store":true,"stream":false,
             "background":false,"metadata":{"k":"v"},"include":["reasoning.encrypted_content"],"parallel_tool_calls":true,"tool_choice":"none","tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object","properties":{}},"strict":false}],
             "text":{"format":{"type":"text"}},"truncation":"disabled","top_logprobs":0,"user":"u","service_tier":"auto","prompt_cache_key":"p"}
            """
        ),
        ("v1/responses/input_tokens", """{"model":"bigram","input":"a","instructions":"b","truncation":"auto","tools":[]}"""),
        ("v1/conversations", """{"items":[{"type":"message","role":"user","content":"a"},{"role":"assistant","content":[{"type":"output_text","text":"b","annotations":[]}]}],"metadata":{"k":"v"}}"""),
        (
            "v1/messages", """
            {"model":"bigram","max_tokens":2,"system":[{"type":"text","text":"a"}],"messages":[{"role":"user","content":[{"type":"text","text":"b"}]},{"role":"assistant","content":[{"type":"thinking","thinking":"c","signature":""},{"type":"tool_use","id":"t","name":"f","input":{}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"d"}]}],"temperature":1,"top_p":0.9,"top_k":5,"stop_sequences":["x"],"stream":false,"metadata":{"user_id":"u"},"tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{}}}],"tool_choice":{"type":"none"}}
            """
        ),
        ("v1/rerank", """{"model":"all-minilm-l6-v2","query":"a","documents":["b","c"],"top_n":1}"""),
        ("v1/embeddings", """{"model":"all-minilm-l6-v2","input":[[101,102],[101,2003,102]],"encoding_format":"base64"}"""),
        ("v1/chat/completions/input_tokens", """{"model":"bigram","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}}],"tool_choice":"auto"}"""),
        (
            "v1/chat/completions", """
            {"model":"bigram","messages":[{"role":"user","content":"a"}],"max_tokens":2,"tools":[{"type":"function","function":{"name":"f","description":"d","strict":true,"parameters":{"type":"object","properties":{"a":{"type":["string","null"],"enum":["x",null]},
              "b":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"array","items":{"type":"number"},"minItems":1,"maxItems":3}]}},"required":["a","b"],"additionalProperties":false,"$defs":{"n":{"type":"integer","minimum":1,"maximum":9}}}}}],
             "tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}
            """
        ),
        (
            "v1/chat/completions", """
            {"model":"bigram","messages":[{"role":"user","content":"json"}],"max_tokens":2,"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":false,"schema":{"type":"object","properties":{"a":{"type":"string","pattern":"^[a-z]{1,3}$"},
              "c":{"type":"string","format":"date"},"d":{"const":5},"e":{"type":"object","additionalProperties":{"type":"boolean"}}},"required":["a"]}}},"store":false,"logit_bias":{"5":1,"6":-1}}
            """
        ),
        ("v1/responses/compact", """{"model":"bigram","input":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"instructions":"i","service_tier":"auto","prompt_cache_key":"p"}"""),
        ("v1/messages/count_tokens", """{"model":"bigram","system":"s","messages":[{"role":"user","content":"a"}],"tools":[{"name":"f","input_schema":{"type":"object","properties":{}}}],"thinking":{"type":"disabled"}}"""),
        ("v1/conversations/{conversation}", """{"metadata":{"k":"v","l":"w"}}"""),
        ("v1/conversations/{conversation}/items", """{"items":[{"type":"message","role":"user","content":[{"type":"input_text","text":"a"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"o"}]}]}"""),
        ("v1/chat/completions/{completion}", """{"metadata":{"k":"v","l":"w"}}"""),
        ("v1/videos", """{"model":"no-such-model","prompt":"a","seconds":"4","size":"64x64","negative_prompt":"b","num_inference_steps":2,"guidance_scale":1,"flow_shift":3,"seed":1,"fps":8,"num_frames":8,"output_format":"mp4","input_reference":{"image_url":"data:image/png;base64,AAAA"},"user":"u"}"""),
        ("v1/videos/edits", """{"model":"no-such-model","prompt":"a","video":{"id":"video_1"},"seconds":"4"}"""),
        ("v1/organization/projects/{project}/api_keys", """{"name":"n","more":{"a":[1]}}"""),
        ("v1/organization/projects/{project}/rate_limits/rl-bigram", """{"max_requests_per_1_minute":100000,"max_tokens_per_1_minute":100000000}"""),
        ("v1/organization/projects/{project}/webhooks", """{"url":"http://127.0.0.1:9/hook","events":["video.completed","video.failed"]}"""),
    ];

    /// <summary>One to three changes somewhere in a valid body, or its bytes cut or changed.</summary>
    public static byte[] Broken(string valid, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(valid);
        switch (random.Next(15))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 2: // as deep as no reader goes
                return Encoding.UTF8.GetBytes($"{{\"deep\":{new string('[', 2000)}{new string(']', 2000)},{valid.TrimStart()[1..]}");
            case 3: // a field twice
                return Encoding.UTF8.GetBytes($"{{\"model\":5,\"name\":{Values[random.Next(Values.Length)]},{valid.TrimStart()[1..]}");
            case 4: // a field of some object twice, or half a surrogate pair
                var objects = valid.Index().Where(character => character.Item == '{').Select(character => character.Index + 1).ToList();
                var (at, name) = (objects[random.Next(objects.Count)], Names[random.Next(Names.Length)]);
                var more = valid[at..].TrimStart().StartsWith('}') ? "" : ",";
                return Encoding.UTF8.GetBytes($"{valid[..at]}\"{name}\":{(random.Next(3) == 0 ? "\"\\ud800\"" : Values[random.Next(Values.Length)])}{more}{valid[at..]}");
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
