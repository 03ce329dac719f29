using System.Diagnostics.CodeAnalysis;

namespace Platform.OpenAi.Errors;

/// <summary>What was asked for, or the refusal.</summary>
public readonly struct ApiResult<T> where T : class
{
    private readonly T? value;
    private readonly ApiError? error;

    private ApiResult(T? value, ApiError? error) => (this.value, this.error) = (value, error);

    public bool Refused([NotNullWhen(true)] out ApiError? refusal, [NotNullWhen(false)] out T? accepted)
    {
        (refusal, accepted) = (error, value);
        return error is not null;
    }

    public static implicit operator ApiResult<T>(T value) => new(value, null);

    public static implicit operator ApiResult<T>(ApiError error) => new(null, error);
}
