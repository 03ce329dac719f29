using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Reading;

/// <summary>Keeps the first thing found wrong with a request: the one its sender is told.</summary>
internal sealed class FirstError
{
    public ApiError? Found { get; private set; }

    public void Add(ApiError error) => Found ??= error;
}
