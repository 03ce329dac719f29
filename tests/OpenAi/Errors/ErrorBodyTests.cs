using System.Buffers;
using System.Text.Json;
using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Tests.Errors;

public class ErrorBodyTests
{
    [Theory]
    [InlineData("Chat/AuthFailure")]
    [InlineData("Models/DeleteModelCanParseServiceError")]
    [InlineData("Chat/GetChatCompletionMessagesHandlesNonExistentCompletion")]
    public void It_is_the_recorded_error_object(string recording)
    {
        var recorded = Recordings.Exchange(recording);
        var error = recorded.GetProperty("response").GetProperty("error");
        var written = Written(new ApiError(recorded.GetProperty("status").GetInt32(), error.GetProperty("message").GetString()!, error.GetProperty("type").GetString()!, error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal(JsonSerializer.Serialize(recorded.GetProperty("response")), JsonSerializer.Serialize(written));
    }

    [Fact]
    public void A_wrong_key_and_an_unknown_model_are_refused_as_recorded()
    {
        AssertSame(Recordings.Exchange("Chat/AuthFailure"), ApiError.Unauthorized(""));
        AssertSame(Recordings.Exchange("Models/DeleteModelCanParseServiceError"), ApiError.ModelNotFound("fake_id"));
        AssertSame(Recordings.Exchange("Chat/GetChatCompletionMessagesHandlesNonExistentCompletion"), ApiError.NotFound("", "completion_id"));
    }

    private static void AssertSame(JsonElement recorded, ApiError error)
    {
        var expected = recorded.GetProperty("response").GetProperty("error");
        Assert.Equal(
            (recorded.GetProperty("status").GetInt32(), expected.GetProperty("type").GetString(), expected.GetProperty("param").GetString(), expected.GetProperty("code").GetString()),
            (error.Status, error.Type, error.Param, error.Code));
        if (error.Message.Length > 0 && error.Status == 404 && error.Param == "model") Assert.Equal(expected.GetProperty("message").GetString(), error.Message);
    }

    private static JsonElement Written(ApiError error)
    {
        var output = new ArrayBufferWriter<byte>();
        ErrorBody.Write(output, error);
        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }
}
