using System.Text;
using System.Text.Json;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Tests.Chat;

public class ChatRequestReaderTests
{
    private const string Hello = """ "model":"m","messages":[{"role":"user","content":"Hello"}] """;

    /// <summary>Fields beside a valid model and messages; what is wrong with them.</summary>
    public static TheoryData<string, string, string?, string?> WrongFields => new()
    {
        { """ "temperature":"hot" """, "Invalid type for 'temperature': expected a decimal, but got a string instead.", "temperature", "invalid_type" },
        { """ "temperature":2.5 """, "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5 instead.", "temperature", "decimal_above_max_value" },
        { """ "temperature":-0.1 """, "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -0.1 instead.", "temperature", "decimal_below_min_value" },
        { """ "temperature":1e999 """, "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 1e999 instead.", "temperature", "decimal_above_max_value" },
        { """ "temperature":true """, "Invalid type for 'temperature': expected a decimal, but got a boolean instead.", "temperature", "invalid_type" },
        { """ "top_p":1.1 """, "Invalid 'top_p': decimal above maximum value. Expected a value <= 1, but got 1.1 instead.", "top_p", "decimal_above_max_value" },
        { """ "top_p":[1] """, "Invalid type for 'top_p': expected a decimal, but got an array instead.", "top_p", "invalid_type" },
        { """ "min_p":-1 """, "Invalid 'min_p': decimal below minimum value. Expected a value >= 0, but got -1 instead.", "min_p", "decimal_below_min_value" },
        { """ "top_k":-2 """, "Invalid 'top_k': integer below minimum value. Expected a value >= -1, but got -2 instead.", "top_k", "integer_below_min_value" },
        { """ "repeat_penalty":0 """, "Invalid 'repeat_penalty': decimal below minimum value. Expected a value >= 0.01, but got 0 instead.", "repeat_penalty", "decimal_below_min_value" },
        { """ "presence_penalty":-2.1 """, "Invalid 'presence_penalty': decimal below minimum value. Expected a value >= -2, but got -2.1 instead.", "presence_penalty", "decimal_below_min_value" },
        { """ "frequency_penalty":3 """, "Invalid 'frequency_penalty': decimal above maximum value. Expected a value <= 2, but got 3 instead.", "frequency_penalty", "decimal_above_max_value" },
        { """ "n":0 """, "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.", "n", "integer_below_min_value" },
        { """ "n":129 """, "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 129 instead.", "n", "integer_above_max_value" },
        { """ "n":1.5 """, "Invalid type for 'n': expected an integer, but got a decimal instead.", "n", "invalid_type" },
        { """ "n":"2" """, "Invalid type for 'n': expected an integer, but got a string instead.", "n", "invalid_type" },
        { """ "seed":9223372036854775808 """, "Invalid 'seed': integer above maximum value. Expected a value <= 9223372036854775807, but got 9223372036854775808 instead.", "seed", "integer_above_max_value" },
        { """ "seed":-9223372036854775809 """, "Invalid 'seed': integer below minimum value. Expected a value >= -9223372036854775808, but got -9223372036854775809 instead.", "seed", "integer_below_min_value" },
        { """ "seed":1.5 """, "Invalid type for 'seed': expected an integer, but got a decimal instead.", "seed", "invalid_type" },
        { """ "max_tokens":0 """, "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.", "max_tokens", "integer_below_min_value" },
        { """ "max_completion_tokens":-5 """, "Invalid 'max_completion_tokens': integer below minimum value. Expected a value >= 1, but got -5 instead.", "max_completion_tokens", "integer_below_min_value" },
        { """ "max_tokens":5,"max_completion_tokens":5 """, "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens", "invalid_parameter_combination" },
        { """ "stop":["a","b","c","d","e"] """, "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead.", "stop", "array_above_max_length" },
        { """ "stop":[] """, "Invalid 'stop': empty array. Expected an array with minimum length 1, but got an empty array instead.", "stop", "empty_array" },
        { """ "stop":"" """, "Invalid 'stop': empty string. Expected a string with minimum length 1, but got an empty string instead.", "stop", "empty_string" },
        { """ "stop":["a",""] """, "Invalid 'stop[1]': empty string. Expected a string with minimum length 1, but got an empty string instead.", "stop[1]", "empty_string" },
        { """ "stop":["a",1] """, "Invalid type for 'stop[1]': expected a string, but got an integer instead.", "stop[1]", "invalid_type" },
        { """ "stop":1 """, "Invalid type for 'stop': expected one of a string or array of strings, but got an integer instead.", "stop", "invalid_type" },
        { """ "stream":"yes" """, "Invalid type for 'stream': expected a boolean, but got a string instead.", "stream", "invalid_type" },
        { """ "stream_options":{"include_usage":true} """, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options", null },
        { """ "stream":false,"stream_options":{} """, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options", null },
        { """ "stream":true,"stream_options":{"include_usage":1} """, "Invalid type for 'stream_options.include_usage': expected a boolean, but got an integer instead.", "stream_options.include_usage", "invalid_type" },
        { """ "user":7 """, "Invalid type for 'user': expected a string, but got an integer instead.", "user", "invalid_type" },
        { """ "metadata":["a"] """, "Invalid type for 'metadata': expected an object, but got an array instead.", "metadata", "invalid_type" },
        { """ "metadata":{"a":1} """, "Invalid type for 'metadata.a': expected a string, but got an integer instead.", "metadata.a", "invalid_type" },
        { $$""" "metadata":{"a":"{{new string('x', 513)}}"} """, "Invalid 'metadata.a': string too long. Expected a string with maximum length 512, but got a string with length 513 instead.", "metadata.a", "string_above_max_length" },
        { $$""" "metadata":{"{{new string('k', 65)}}":"v"} """, $"Invalid 'metadata.{new string('k', 64)}': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.", $"metadata.{new string('k', 64)}", "string_above_max_length" },
        { $$""" "metadata":{{{string.Join(',', Enumerable.Range(0, 17).Select(i => $"\"k{i}\":\"v\""))}}} """, "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with 17 properties instead.", "metadata", "object_above_max_properties" },
        { """ "top_logprobs":5 """, "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs", null },
        { """ "logprobs":true,"top_logprobs":21 """, "Invalid 'top_logprobs': integer above maximum value. Expected a value <= 20, but got 21 instead.", "top_logprobs", "integer_above_max_value" },
        { """ "logprobs":5 """, "Invalid type for 'logprobs': expected a boolean, but got an integer instead.", "logprobs", "invalid_type" },
        { """ "logit_bias":{"a":1} """, "Invalid key in 'logit_bias': a. Keys are token ids, each an integer of the model's vocabulary.", "logit_bias", "invalid_value" },
        { """ "logit_bias":{"5":101} """, "Invalid 'logit_bias.5': decimal above maximum value. Expected a value <= 100, but got 101 instead.", "logit_bias.5", "decimal_above_max_value" },
        { """ "logit_bias":{"5":null} """, "Invalid type for 'logit_bias.5': expected a decimal, but got null instead.", "logit_bias.5", "invalid_type" },
        { """ "stop_token_ids":[1,-1] """, "Invalid 'stop_token_ids[1]': integer below minimum value. Expected a value >= 0, but got -1 instead.", "stop_token_ids[1]", "integer_below_min_value" },
        { """ "dry_sequence_breakers":[""] """, "Invalid 'dry_sequence_breakers[0]': empty string. Expected a string with minimum length 1, but got an empty string instead.", "dry_sequence_breakers[0]", "empty_string" },
        { """ "prediction":{"type":"content"} """, "Missing required parameter: 'prediction.content'.", "prediction.content", "missing_required_parameter" },
        { """ "continue_final_message":true """, "Invalid 'continue_final_message': the last message is not from the assistant, so there is nothing to continue.", "continue_final_message", "invalid_value" },
        { """ "chat_template_kwargs":[] """, "Invalid type for 'chat_template_kwargs': expected an object, but got an array instead.", "chat_template_kwargs", "invalid_type" },
        { """ "tool_choice":"required" """, "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.", "tool_choice", null },
        { """ "tool_choice":{} """, "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.", "tool_choice", null },
        { """ "tool_choice":"always" """, "Invalid value: 'always'. Supported values are: 'none', 'auto', and 'required'.", "tool_choice", "invalid_value" },
        { """ "response_format":{"type":"yaml"} """, "Invalid value: 'yaml'. Supported values are: 'json_object', 'json_schema', and 'text'.", "response_format.type", "invalid_value" },
        { """ "response_format":{} """, "Missing required parameter: 'response_format.type'.", "response_format.type", "missing_required_parameter" },
        { """ "service_tier":"free" """, "Invalid value: 'free'. Supported values are: 'auto', 'default', 'flex', 'scale', 'priority', and 'fast'.", "service_tier", "invalid_value" },
    };

    [Theory]
    [MemberData(nameof(WrongFields))]
    public void A_wrong_field_is_named(string field, string message, string? param, string? code) => AssertRefused($"{{{Hello},{field}}}", message, param, code);

    /// <summary>The messages array; what is wrong with it.</summary>
    public static TheoryData<string, string, string, string?> WrongMessages => new()
    {
        { "null", "Invalid type for 'messages': expected an array of objects, but got null instead.", "messages", "invalid_type" },
        { "\"hi\"", "Invalid type for 'messages': expected an array of objects, but got a string instead.", "messages", "invalid_type" },
        { "[]", "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "messages", "empty_array" },
        { "[123]", "Invalid type for 'messages[0]': expected an object, but got an integer instead.", "messages[0]", "invalid_type" },
        { "[{}]", "Missing required parameter: 'messages[0].role'.", "messages[0].role", "missing_required_parameter" },
        { """[{"role":123,"content":"a"}]""", "Invalid type for 'messages[0].role': expected a string, but got an integer instead.", "messages[0].role", "invalid_type" },
        { """[{"role":"robot","content":"a"}]""", "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.", "messages[0].role", "invalid_value" },
        { """[{"role":"user"}]""", "Missing required parameter: 'messages[0].content'.", "messages[0].content", "missing_required_parameter" },
        { """[{"role":"user","content":"a"},{"role":"user","content":123}]""", "Invalid type for 'messages[1].content': expected one of a string or array of objects, but got an integer instead.", "messages[1].content", "invalid_type" },
        { """[{"role":"user","content":null}]""", "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got null instead.", "messages[0].content", "invalid_type" },
        { """[{"role":"assistant","content":null}]""", "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got null instead.", "messages[0].content", "invalid_type" },
        { """[{"role":"user","content":[]}]""", "Invalid 'messages[0].content': empty array. Expected an array with minimum length 1, but got an empty array instead.", "messages[0].content", "empty_array" },
        { """[{"role":"user","content":["a"]}]""", "Invalid type for 'messages[0].content[0]': expected an object, but got a string instead.", "messages[0].content[0]", "invalid_type" },
        { """[{"role":"user","content":[{"type":"text"}]}]""", "Missing required parameter: 'messages[0].content[0].text'.", "messages[0].content[0].text", "missing_required_parameter" },
        { """[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]""", "Unsupported content type: 'image_url' is not supported yet in a message of the role 'user'.", "messages[0].content[1].type", "unsupported_content_type" },
        { """[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]""", "Unsupported content type: 'input_audio' is not supported yet in a message of the role 'user'.", "messages[0].content[0].type", "unsupported_content_type" },
        { """[{"role":"user","content":[{"type":"file","file":{}}]}]""", "Unsupported content type: 'file' is not supported yet in a message of the role 'user'.", "messages[0].content[0].type", "unsupported_content_type" },
        { """[{"role":"user","content":"a","name":5}]""", "Invalid type for 'messages[0].name': expected a string, but got an integer instead.", "messages[0].name", "invalid_type" },
        { """[{"role":"tool","content":"a"}]""", "Missing required parameter: 'messages[0].tool_call_id'.", "messages[0].tool_call_id", "missing_required_parameter" },
        { """[{"role":"tool","content":"a","tool_call_id":"c"}]""", "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls' that holds their 'tool_call_id'.", "messages[0].tool_call_id", null },
        { """[{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"a"}]""", "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: c1", "messages", null },
        { """[{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c2","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c3","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"a","tool_call_id":"c2"}]""", "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: c1, c3", "messages", null },
        { """[{"role":"assistant","tool_calls":[{"id":"c","type":"function"}]}]""", "Missing required parameter: 'messages[0].tool_calls[0].function'.", "messages[0].tool_calls[0].function", "missing_required_parameter" },
        { """[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":{}}}]}]""", "Invalid type for 'messages[0].tool_calls[0].function.arguments': expected a string, but got an object instead.", "messages[0].tool_calls[0].function.arguments", "invalid_type" },
    };

    [Theory]
    [MemberData(nameof(WrongMessages))]
    public void A_wrong_message_is_named(string messages, string message, string param, string? code) => AssertRefused($$"""{"model":"m","messages":{{messages}}}""", message, param, code);

    [Theory]
    [InlineData("audio", """{"voice":"alloy","format":"mp3"}""")]
    [InlineData("modalities", """["text","audio"]""")]
    [InlineData("web_search_options", """{"search_context_size":"low"}""")]
    [InlineData("moderation", """{"model":"m"}""")]
    [InlineData("best_of", "2")]
    [InlineData("chat_template", "\"{{ messages }}\"")]
    public void What_would_change_the_answer_but_is_not_there_yet_is_refused_by_name(string name, string value)
    {
        var error = Refused($"{{{Hello},\"{name}\":{value}}}");
        Assert.Equal((400, "invalid_request_error", name, "unsupported_parameter"), (error.Status, error.Type, error.Param, error.Code));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "logprobs":false,"logit_bias":{},"tools":[],"functions":[],"tool_choice":"none","store":false,"audio":null """)]
    [InlineData(""" "tool_choice":"auto","parallel_tool_calls":true,"response_format":{"type":"text"},"modalities":["text"] """)]
    [InlineData(""" "service_tier":"auto","reasoning_effort":"none","verbosity":"low","prediction":{"type":"content","content":"a"} """)]
    [InlineData(""" "safety_identifier":"a","prompt_cache_key":"k","prompt_cache_retention":"24h","user":"u" """)]
    [InlineData(""" "typical_p":1,"xtc_probability":0,"dry_multiplier":0.0,"mirostat":0,"repetition_penalty":1.0,"best_of":1,"grammar":"" """)]
    [InlineData(""" "something_new":{"a":[1,2,3]},"cache_prompt":true """)]
    [InlineData(""" "temperature":null,"top_p":null,"n":null,"stop":null,"max_tokens":null,"stream":null,"seed":null,"stream_options":null,"metadata":null """)]
    public void What_does_not_change_the_answer_is_accepted(string fields) => Accepted($"{{{Hello},{fields}}}");

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"model\":")]
    [InlineData("{'model':'m'}")]
    [InlineData("nonsense")]
    public void Malformed_json_is_refused(string body) => Assert.StartsWith("We could not parse the JSON body of your request", Refused(body).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_what_is_said_twice_the_last_counts()
    {
        var request = Accepted("""
            {"model":"other","temperature":2,"messages":[
              {"role":"user","content":"a","name":"x","name":"y","content":"b"},
              {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","name":"g","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"1","content":"c"}],"temperature":1,"model":"m"}
            """);
        Assert.Equal(("m", 1f), (request.Model, request.Sampling.Temperature));
        using var messages = System.Text.Json.JsonDocument.Parse(request.Messages.Json, new() { AllowDuplicateProperties = false });
        Assert.Equal("b y g", $"{messages.RootElement[0].GetProperty("content")} {messages.RootElement[0].GetProperty("name")} {messages.RootElement[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("name")}");
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("a\\uDC00b")]
    public void Half_a_surrogate_pair_is_refused_wherever_it_stands(string text) =>
        Assert.Equal("The body of your request holds a string that is not valid Unicode.", Refused($$"""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"{{text}}"},{"role":"user","content":"c"}]}""").Message);

    [Fact]
    public void Json_that_is_nested_too_deeply_is_refused_as_that()
    {
        static string Nested(int levels) => $"{{{Hello},\"metadata\":{new string('[', levels - 1)}{new string(']', levels - 1)}}}";
        Assert.Equal("The JSON body of your request is nested too deeply: more than 64 levels.", Refused(Nested(65)).Message);
        Assert.Equal("metadata", Refused(Nested(64)).Param);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("1")]
    [InlineData("null")]
    public void A_body_that_is_no_object_is_refused(string body) => AssertRefused(body, "Invalid body: expected a JSON object.", null, "invalid_type");

    [Fact]
    public void A_body_nested_too_deep_is_refused() =>
        Assert.Equal(400, Refused($$"""{"model":"m","messages":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""").Status);

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"\ud800"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a","\udfff":"b"}]}""")]
    [InlineData("""{"model":"\ud800","messages":[{"role":"user","content":"a"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"\ud800":1}""")]
    public void Half_of_a_surrogate_pair_is_refused(string body) => AssertRefused(body, "The body of your request holds a string that is not valid Unicode.", null, null);

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes("{\"model\":\""), 0xff, .. Encoding.UTF8.GetBytes("\"}")];
        Assert.True(ChatRequestReader.Read(body).Refused(out var error, out _));
        Assert.Equal("The body of your request is not valid UTF-8.", error.Message);
    }

    [Fact]
    public void The_model_must_be_given() => AssertRefused("""{"messages":[{"role":"user","content":"a"}]}""", "you must provide a model parameter", "model", "missing_required_parameter");

    [Fact]
    public void A_model_name_is_not_longer_than_a_name_may_be() =>
        Assert.Equal("string_above_max_length", Refused($$"""{"model":"{{new string('m', 513)}}","messages":[{"role":"user","content":"a"}]}""").Code);

    [Fact]
    public void The_messages_must_be_given() => AssertRefused("""{"model":"m"}""", "Missing required parameter: 'messages'.", "messages", "missing_required_parameter");

    [Fact]
    public void Everything_given_is_read()
    {
        var request = Accepted($$$"""
            {{{{Hello}}},"temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.05,"presence_penalty":-1,"frequency_penalty":1.5,"repeat_penalty":1.1,"seed":-42,"n":3,
             "max_completion_tokens":100,"stop":["a","b"],"stream":true,"stream_options":{"include_usage":true},"user":"me","metadata":{"k":"v"}}
            """);
        Assert.Equal(("m", 0.5f, 0.9f, 40, 0.05f), (request.Model, request.Sampling.Temperature, request.Sampling.TopP, request.Sampling.TopK, request.Sampling.MinP));
        Assert.Equal((-1f, 1.5f, 1.1f, -42L, 3, 100), (request.Sampling.PresencePenalty, request.Sampling.FrequencyPenalty, request.Sampling.RepeatPenalty, request.Sampling.Seed, request.Choices, request.MaxTokens));
        Assert.Equal((true, true, "me", true), (request.Stream, request.StreamOptions.IncludeUsage, request.User, request.KeepContent));
        Assert.Equal(["a", "b"], request.Stop);
    }

    [Fact]
    public void Every_way_of_sampling_is_read()
    {
        var sampling = Accepted($$$"""
            {{{{Hello}}},"logit_bias":{"7":-100,"8":2.5},"min_tokens":3,"ignore_eos":true,"stop_token_ids":[4],"typical_p":0.9,"top_n_sigma":1.5,"xtc_probability":0.4,"xtc_threshold":0.2,
             "dynatemp_range":0.3,"dynatemp_exponent":2,"dry_multiplier":0.8,"dry_base":1.5,"dry_allowed_length":3,"dry_penalty_last_n":64,"dry_sequence_breakers":["x"],"repetition_penalty":1.2,"mirostat":2,"mirostat_tau":4,"mirostat_eta":0.2}
            """).Sampling;
        Assert.Equal([(7, -100f), (8, 2.5f)], sampling.LogitBias);
        Assert.Equal((3, true, 0.9f, 1.5f, 0.4f, 0.2f), (sampling.MinTokens, sampling.IgnoreEnd, sampling.TypicalP, sampling.TopNSigma, sampling.XtcProbability, sampling.XtcThreshold));
        Assert.Equal((2, 4f, 0.2f), (sampling.Mirostat, sampling.MirostatTau, sampling.MirostatEta));
        Assert.Equal((0.3f, 2f, 0.8f, 1.5f, 3, 64, 1.2f), (sampling.DynatempRange, sampling.DynatempExponent, sampling.DryMultiplier, sampling.DryBase, sampling.DryAllowedLength, sampling.DryLastN, sampling.RepeatPenalty));
        Assert.Equal([4], sampling.StopTokens);
        Assert.Equal(["x"], sampling.DryBreakers!);
    }

    [Theory]
    [InlineData(""" "logprobs":true """, 0)]
    [InlineData(""" "logprobs":true,"top_logprobs":20 """, 20)]
    [InlineData(""" "logprobs":false """, null)]
    public void Log_probabilities_are_asked_for_with_a_number_of_alternatives(string fields, int? logprobs) => Assert.Equal(logprobs, Accepted($"{{{Hello},{fields}}}").Logprobs);

    [Theory]
    [InlineData("auto", "default")]
    [InlineData("scale", "default")]
    [InlineData("flex", "flex")]
    [InlineData("fast", "priority")]
    public void A_tier_is_what_the_request_runs_as(string asked, string tier) => Assert.Equal(tier, Accepted($$"""{ {{Hello}},"service_tier":"{{asked}}" }""").ServiceTier);

    [Fact]
    public void Content_is_kept_unless_store_is_false()
    {
        Assert.True(Accepted($"{{{Hello}}}").KeepContent);
        Assert.False(Accepted($"{{{Hello},\"store\":false}}").KeepContent);
    }

    [Theory]
    [InlineData("""[{"role":"user","content":"é 日 \" \\ \n"}]""", """[{"role":"user","content":"é 日 \" \\ \n"}]""")]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]""", """[{"role":"user","content":"a\nb"}]""")]
    [InlineData("""[{"role":"developer","content":"a"}]""", """[{"role":"system","content":"a"}]""")]
    [InlineData("""[{"role":"assistant","content":null,"refusal":"no"},{"role":"user","content":"b","name":"bob"}]""", """[{"role":"assistant","content":"no","refusal":"no"},{"role":"user","content":"b","name":"bob"}]""")]
    [InlineData("""[{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}]""", """[{"role":"assistant","content":"no"}]""")]
    [InlineData("""[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":""}]""", """[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":""}]""")]
    public void Messages_reach_the_template_with_their_content_as_text(string messages, string expected) =>
        AssertSameJson(expected, Accepted($$"""{"model":"m","messages":{{messages}}}""").Messages.Json);

    [Theory]
    [InlineData("""[{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":""}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","content":"1","tool_call_id":"c1"},{"role":"tool","content":"2","tool_call_id":"c2"},{"role":"user","content":"go on"}]""")]
    [InlineData("""[{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"1"}]""")]
    public void Tool_calls_of_the_past_reach_the_template_as_they_came(string messages) =>
        AssertSameJson(messages, Accepted($$"""{"model":"m","messages":{{messages}}}""").Messages.Json);

    [Theory]
    [InlineData("Chat/TwoTurnChat")]
    [InlineData("Chat/MultipartContentWorks")]
    [InlineData("Chat/O3miniDeveloperMessagesWork")]
    [InlineData("Chat/PredictedOutputsWork")]
    public void A_recorded_request_is_accepted_or_refused_by_name(string recording)
    {
        var request = Recordings.Exchange(recording).GetProperty("request").GetRawText();
        if (ChatRequestReader.Read(Encoding.UTF8.GetBytes(request)).Refused(out var error, out _)) Assert.StartsWith("unsupported", error.Code, StringComparison.Ordinal);
    }

    [Fact]
    public void The_size_of_the_messages_is_never_less_than_that_of_their_text()
    {
        var messages = Accepted("""{"model":"m","messages":[{"role":"user","content":"日本 \u00e9 😀 \n"}]}""").Messages;
        Assert.True(messages.Bytes >= Encoding.UTF8.GetByteCount("日本 é 😀 \n"));
        Assert.Equal(Encoding.UTF8.GetByteCount(messages.Json), messages.Bytes);
    }

    private static ChatCompletionRequest Accepted(string body)
    {
        var refused = ChatRequestReader.Read(Encoding.UTF8.GetBytes(body)).Refused(out var error, out var request);
        Assert.False(refused, error?.Message);
        return request!;
    }

    private static ApiError Refused(string body)
    {
        Assert.True(ChatRequestReader.Read(Encoding.UTF8.GetBytes(body)).Refused(out var error, out _));
        return error;
    }

    private static void AssertRefused(string body, string message, string? param, string? code)
    {
        var error = Refused(body);
        Assert.Equal(message, error.Message);
        Assert.Equal((400, "invalid_request_error", param, code), (error.Status, error.Type, error.Param, error.Code));
    }

    private static void AssertSameJson(string expected, string actual) => Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, JsonDocument.Parse(actual).RootElement), actual);
}
