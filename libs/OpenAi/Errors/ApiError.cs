namespace Platform.OpenAi.Errors;

/// <summary>A refusal as the API tells it: an HTTP status, the error object, and when another attempt makes sense.</summary>
/// <param name="Param">Path of the field at fault, e.g. <c>messages[1].content</c>.</param>
public sealed record ApiError(int Status, string Message, string Type, string? Param = null, string? Code = null)
{
    private const string InvalidRequest = "invalid_request_error";

    /// <summary>Goes into <c>Retry-After</c>, cut to 1–60 s: clients ignore more.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Overrides what the SDKs would do by the status alone.</summary>
    public bool? ShouldRetry { get; init; }

    public static ApiError Invalid(string message, string? param = null, string? code = null) => new(400, message, InvalidRequest, param, code);

    public static ApiError Unsupported(string param) =>
        Invalid($"Unsupported parameter: '{param}' is not supported yet.", param, "unsupported_parameter");

    public static ApiError UnsupportedValue(string param, string value, string supported) =>
        Invalid($"Unsupported value: '{param}' does not support '{value}' yet. Only {supported} is supported.", param, "unsupported_value");

    public static ApiError Unauthorized(string message) => new(401, message, InvalidRequest, null, "invalid_api_key");

    public static ApiError Forbidden(string message) => new(403, message, InvalidRequest, null, "insufficient_permissions");

    public static ApiError ModelNotFound(string model) => new(404, $"The model '{model}' does not exist", InvalidRequest, "model", "model_not_found");

    public static ApiError NotFound(string message, string? param = null) => new(404, message, InvalidRequest, param, "not_found");

    /// <summary>Any client error that has no text of its own.</summary>
    public static ApiError Refused(int status, string message, string? code = null) => new(status, message, InvalidRequest, null, code);

    public static ApiError RateLimited(string message, TimeSpan? retryAfter) =>
        new(429, message, "rate_limit_error", null, "rate_limit_exceeded") { RetryAfter = retryAfter, ShouldRetry = retryAfter is null ? false : null };

    /// <summary>The month's budget is used up: trying again is no use, though the status says it is.</summary>
    public static ApiError InsufficientQuota(string which) =>
        new(429, $"You exceeded your current quota, please check your plan and billing details. {which}", "insufficient_quota", null, "insufficient_quota") { ShouldRetry = false };

    public static ApiError Unavailable(string message, TimeSpan retryAfter) =>
        new(503, message, "server_error", null, "service_unavailable") { RetryAfter = retryAfter };

    public static ApiError Server(string message = "The server had an error while processing your request. Sorry about that!") =>
        new(500, message, "server_error", null, "server_error");
}
