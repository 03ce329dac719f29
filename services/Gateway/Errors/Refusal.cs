using Platform.OpenAi.Errors;

namespace Platform.Gateway.Errors;

/// <summary>An <see cref="ApiError"/> as the result of an endpoint.</summary>
internal sealed class Refusal(ApiError error) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => error.Write(httpContext);
}
