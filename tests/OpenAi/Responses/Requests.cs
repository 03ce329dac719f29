using System.Text;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Responses;

namespace Platform.OpenAi.Tests.Responses;

internal static class Requests
{
    public static ResponseRequest Read(string json)
    {
        Assert.False(Try(json).Refused(out var error, out var request), error?.Message);
        return request!;
    }

    public static ApiError Error(string json)
    {
        if (!Try(json).Refused(out var error, out var request)) Assert.True(ResponseChat.Read(request, []).Refused(out error, out _));
        return error!; // refused by one of the two
    }

    public static ApiResult<ResponseRequest> Try(string json)
    {
        var ids = 0;
        return ResponseRequestReader.Read(Encoding.UTF8.GetBytes(json), prefix => $"{prefix}new{++ids}");
    }
}
