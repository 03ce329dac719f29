#pragma warning disable OPENAI001 // the package still calls its responses an evaluation
using System.ClientModel;
using System.Text.Json;
using OpenAI.Responses;
using Sdk = OpenAI.Responses.ResponsesClient;

namespace Platform.Scenarios.Tests.Responses;

/// <summary>The responses of OpenAI's own .NET package, pointed at the platform and otherwise unchanged.</summary>
public class ResponsesSdkTests(PlatformFixture platform)
{
    [Fact]
    public async Task It_responds_reads_goes_on_and_deletes()
    {
        ResponseResult first = await Client.CreateResponseAsync(Options("My name is Ann."));
        Assert.NotEmpty(first.GetOutputText());
        Assert.Equal((TestCatalogue.SmolLm, ResponseStatus.Incomplete, 16), (first.Model, first.Status, first.Usage.OutputTokenCount));
        ResponseResult stored = await Client.GetResponseAsync(first.Id);
        Assert.Equal(first.GetOutputText(), stored.GetOutputText());

        var next = Options("What is my name?");
        next.PreviousResponseId = first.Id;
        ResponseResult second = await Client.CreateResponseAsync(next);
        Assert.True(second.Usage.InputTokenCount > first.Usage.InputTokenCount + 16);
        var items = new List<ResponseItem>();
        await foreach (var item in Client.GetResponseInputItemsAsync(second.Id)) items.Add(item);
        Assert.Equal(3, items.Count);

        ResponseDeletionResult deleted = await Client.DeleteResponseAsync(first.Id);
        Assert.True(deleted.Deleted);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => Client.GetResponseAsync(first.Id))).Status);
    }

    [Fact]
    public async Task It_streams_the_same_text()
    {
        ResponseResult whole = await Client.CreateResponseAsync(Options("What is gravity?"));
        var asked = Options("What is gravity?");
        asked.StreamingEnabled = true;
        var (text, kinds) = ("", new List<Type>());
        await foreach (var update in await Client.CreateResponseStreamingAsync(asked))
        {
            kinds.Add(update.GetType());
            if (update is StreamingResponseOutputTextDeltaUpdate delta) text += delta.Delta;
        }

        Assert.Equal(whole.GetOutputText(), text);
        Assert.Equal((typeof(StreamingResponseCreatedUpdate), typeof(StreamingResponseIncompleteUpdate)), (kinds[0], kinds[^1]));
    }

    [Fact]
    public async Task It_calls_a_function_and_takes_its_output()
    {
        var asked = Options("How is the weather in Bern?");
        asked.MaxOutputTokenCount = 200;
        asked.ParallelToolCallsEnabled = false;
        asked.ToolChoice = ResponseToolChoice.CreateRequiredChoice();
        asked.Tools.Add(ResponseTool.CreateFunctionTool("get_weather", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string","maxLength":20}},"required":["city"],"additionalProperties":false}"""), strictModeEnabled: true));
        ResponseResult first = await Client.CreateResponseAsync(asked);
        var call = Assert.IsType<FunctionCallResponseItem>(Assert.Single(first.OutputItems));
        Assert.Equal("get_weather", call.FunctionName);
        Assert.Equal(JsonValueKind.String, JsonDocument.Parse(call.FunctionArguments).RootElement.GetProperty("city").ValueKind);

        var next = new CreateResponseOptions { Model = TestCatalogue.SmolLm, MaxOutputTokenCount = 16, PreviousResponseId = first.Id };
        next.InputItems.Add(ResponseItem.CreateFunctionCallOutputItem(call.CallId, "sunny"));
        ResponseResult second = await Client.CreateResponseAsync(next);
        Assert.NotEmpty(second.GetOutputText());
    }

    private Sdk Client => new(new ApiKeyCredential(platform.ApiKey), new ResponsesClientOptions { Endpoint = new Uri(platform.Address, "v1") });

    private static CreateResponseOptions Options(string text)
    {
        var options = new CreateResponseOptions { Model = TestCatalogue.SmolLm, MaxOutputTokenCount = 16, Temperature = 0 };
        options.InputItems.Add(ResponseItem.CreateUserMessageItem(text));
        return options;
    }
}
