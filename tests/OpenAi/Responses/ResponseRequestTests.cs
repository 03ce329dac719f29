using System.Text.Json;
using Platform.OpenAi.Responses;

namespace Platform.OpenAi.Tests.Responses;

public class ResponseRequestTests
{
    private const string Model = "\"model\":\"m\"";

    [Theory]
    [InlineData("[]", null)]
    [InlineData("", null)]
    [InlineData("{}", "model")]
    [InlineData("{" + Model + "}", "input")]
    [InlineData("{" + Model + ",\"input\":5}", "input")]
    [InlineData("{" + Model + ",\"input\":[5]}", "input[0]")]
    [InlineData("{" + Model + ",\"input\":[{}]}", "input[0].type")]
    [InlineData("{" + Model + ",\"input\":[{\"role\":\"user\"}]}", "input[0].content")]
    [InlineData("{" + Model + ",\"input\":[{\"role\":\"nobody\",\"content\":\"a\"}]}", "input[0].role")]
    [InlineData("{" + Model + ",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":\"a\"}]}]}", "input[0].content[0].type")]
    [InlineData("{" + Model + ",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\"}]}]}", "input[0].content[0].type")]
    [InlineData("{" + Model + ",\"input\":[{\"type\":\"web_search_call\"}]}", "input[0].type")]
    [InlineData("{" + Model + ",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"a\"}]}", "input")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"max_output_tokens\":15}", "max_output_tokens")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"temperature\":2.5}", "temperature")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"top_p\":-1}", "top_p")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"truncation\":\"some\"}", "truncation")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"include\":[\"all\"]}", "include[0]")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"tools\":[{\"type\":\"web_search\"}]}", "tools[0].type")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"tools\":[{\"type\":\"file_search\"}]}", "tools[0].type")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"tools\":{}}", "tools")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"text\":5}", "text")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"text\":{\"format\":{\"type\":\"yaml\"}}}", "text.format.type")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"prompt\":{\"id\":\"p\"}}", "prompt")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"metadata\":{\"k\":5}}", "metadata.k")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"conversation\":5}", "conversation")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"conversation\":{}}", "conversation.id")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"stream_options\":{}}", "stream_options")]
    [InlineData("{" + Model + ",\"input\":\"a\",\"reasoning\":{\"effort\":\"great\"}}", "reasoning.effort")]
    public void What_is_wrong_is_named(string body, string? param)
    {
        var error = Requests.Error(body);
        Assert.Equal((400, param), (error.Status, error.Param));
    }

    /// <summary>Behaviour 39.</summary>
    [Fact]
    public void What_runs_in_the_background_is_stored()
    {
        Assert.True(Requests.Read("{" + Model + ",\"input\":\"a\"}").Store);
        var error = Requests.Error("{" + Model + ",\"input\":\"a\",\"background\":true,\"store\":false}");
        Assert.Equal((400, "background can only be used when `store` is true"), (error.Status, error.Message));
    }

    [Fact]
    public void A_previous_response_and_a_conversation_exclude_each_other() =>
        Assert.Equal("mutually_exclusive_parameters", Requests.Error("{" + Model + ",\"input\":\"a\",\"previous_response_id\":\"r\",\"conversation\":\"c\"}").Code);

    [Fact]
    public void Half_a_surrogate_pair_is_refused_wherever_it_stands() =>
        Assert.Equal(400, Requests.Error("{" + Model + ",\"input\":\"a\",\"anything\":{\"deep\":[\"\\ud800\"]}}").Status);

    [Theory]
    [InlineData("Responses/FunctionCallWorks", 2)]
    [InlineData("Responses/AllInstructionMethodsWork(DeveloperMessage)", 2)]
    [InlineData("ResponseStore/GetInputItemsWithAfterIdPagination", 1)]
    public void Input_is_shown_again_as_it_was_recorded(string name, int listing)
    {
        var exchanges = Recordings.Exchanges(name);
        var recorded = exchanges[listing].GetProperty("response").GetProperty("data").EnumerateArray().ToList();
        var last = Requests.Read(exchanges.EnumerateArray().Last(one => one.GetProperty("method").GetString() == "POST").GetProperty("request").GetRawText()).Input;
        Assert.All(last.Reverse().Zip(recorded), pair => Assert.Equal(JsonShape.Of(pair.Second), JsonShape.Of(JsonDocument.Parse(pair.First.Json).RootElement)));
    }

    [Fact]
    public void Items_become_the_messages_of_a_chat()
    {
        var request = Requests.Read($$"""
            {{{Model}},"instructions":"Be brief.","input":[
              {"role":"developer","content":"Only facts."},
              {"role":"user","content":[{"type":"input_text","text":"What is"},{"type":"input_text","text":"the weather?"}]},
              {"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"I look it up."}]},
              {"role":"assistant","content":"One moment."},
              {"type":"function_call","call_id":"c1","name":"weather","arguments":"{}"},
              {"type":"function_call","call_id":"c2","name":"wind","arguments":"{}"},
              {"type":"function_call_output","call_id":"c1","output":"sunny"},
              {"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"calm"}]}]}
            """);
        Assert.False(ResponseChat.Read(request, []).Refused(out var error, out var chat), error?.Message);
        var messages = JsonDocument.Parse(chat!.Messages.Json).RootElement;
        Assert.Equal(
            ["system:Be brief.", "system:Only facts.", "user:What is\nthe weather?", "assistant:One moment.", "tool:sunny", "tool:calm"],
            messages.EnumerateArray().Select(message => $"{message.GetProperty("role").GetString()}:{message.GetProperty("content").GetString()}"));
        Assert.Equal(("I look it up.", 2), (messages[3].GetProperty("reasoning_content").GetString(), messages[3].GetProperty("tool_calls").GetArrayLength()));
    }

    [Fact]
    public void A_reasoning_may_come_back_sealed()
    {
        var sealedText = SealedText.Seal("So it is. 日本"u8);
        var request = Requests.Read($$"""{{{Model}},"input":[{"role":"user","content":"a"},{"type":"reasoning","summary":[],"encrypted_content":"{{sealedText}}"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}""");
        Assert.False(ResponseChat.Read(request, []).Refused(out var error, out var chat), error?.Message);
        Assert.Equal("So it is. 日本", JsonDocument.Parse(chat!.Messages.Json).RootElement[1].GetProperty("reasoning_content").GetString());
    }
}
