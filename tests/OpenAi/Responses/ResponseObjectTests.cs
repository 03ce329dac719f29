using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.OpenAi.Responses;

namespace Platform.OpenAi.Tests.Responses;

public class ResponseObjectTests
{
    [Theory]
    [InlineData("Responses/GetResponseNoOptions")]
    [InlineData("Responses/FunctionCallWorks")]
    [InlineData("Responses/ResponsesWithReasoning")]
    [InlineData("Responses/CanOptOutOfStorage")]
    [InlineData("Responses/ResponsesWithPromptCache")]
    [InlineData("Responses/MessageHistoryWorks")]
    [InlineData("Responses/AllInstructionMethodsWork(DeveloperMessage)")]
    public void It_has_every_key_of_a_recorded_response(string name)
    {
        var exchange = Recordings.Exchange(name);
        var (recorded, request) = (exchange.GetProperty("response"), Requests.Read(exchange.GetProperty("request").GetRawText()));
        var ours = Written(request, recorded.GetProperty("output")[0].GetProperty("type").GetString()!);
        // mode is of their reasoning, phase of their messages
        Assert.Empty(Recorded.Missing(recorded, ours, "", "mode", "phase", "encrypted_content"));
    }

    [Theory]
    [InlineData("Responses/CanDeleteResponse")]
    [InlineData("Responses/FunctionCallWorks")]
    public void What_the_request_asked_for_is_echoed(string name)
    {
        var exchange = Recordings.Exchange(name);
        var (recorded, ours) = (exchange.GetProperty("response"), Written(Requests.Read(exchange.GetProperty("request").GetRawText()), "message"));
        foreach (var key in (string[])["background", "instructions", "parallel_tool_calls", "service_tier", "store", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "metadata"])
        {
            Assert.Equal($"{key} {JsonSerializer.Serialize(recorded.GetProperty(key))}", $"{key} {JsonSerializer.Serialize(ours.GetProperty(key))}");
        }
    }

    [Fact]
    public void Settings_come_back_as_they_were_given()
    {
        var ours = Written(Requests.Read("""
            {"model":"m","input":"a","instructions":"Be brief.","max_output_tokens":20,"temperature":0.25,"metadata":{"k":"v"},"reasoning":{"effort":"low"},"conversation":{"id":"conv_1"},
             "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true},"verbosity":"medium"},"user":"ann"}
            """), "message");
        Assert.Equal("Be brief.", ours.GetProperty("instructions").GetString());
        Assert.Equal(("20", "0.25", "\"ann\""), (ours.GetProperty("max_output_tokens").GetRawText(), ours.GetProperty("temperature").GetRawText(), ours.GetProperty("user").GetRawText()));
        Assert.Equal("""{"format":{"type":"json_schema","description":null,"name":"n","schema":{"type":"object"},"strict":true},"verbosity":"medium"}""", ours.GetProperty("text").GetRawText());
        Assert.Equal(("""{"k":"v"}""", """{"id":"conv_1"}""", "low"), (ours.GetProperty("metadata").GetRawText(), ours.GetProperty("conversation").GetRawText(), ours.GetProperty("reasoning").GetProperty("effort").GetString()));
    }

    private static JsonElement Written(ResponseRequest request, string kind)
    {
        var item = kind switch { "function_call" => new OutputItem(OutputKind.FunctionCall, "fc_1", "call_1", "f"), "reasoning" => new OutputItem(OutputKind.Reasoning, "rs_1"), _ => new OutputItem(OutputKind.Message, "msg_1") };
        var output = new ArrayBufferWriter<byte>();
        var events = new ResponseEvents(ResponseObject.Of("resp_1", 1, "m", request), output, long.MaxValue);
        events.Add(item);
        events.Delta("Hello"u8);
        events.Close(ResponseStatus.Completed);
        output.Clear();
        ResponseObject.Of("resp_1", 1, "m", request).Write(output, new ResponseState(ResponseStatus.Completed) { Output = events.Items, Usage = new ResponseUsage(1, 0, 1, 0), CompletedAt = 2 });
        return JsonDocument.Parse(Encoding.UTF8.GetString(output.WrittenSpan)).RootElement;
    }
}
