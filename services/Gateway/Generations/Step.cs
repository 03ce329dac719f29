using Platform.Contracts.Runs;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>What happens next to a generation: it waits, tokens have come, or it can't go on.</summary>
internal readonly struct Step
{
    /// <summary>With tokens: the frame that brought them, and how many of its tokens had come before.</summary>
    public Frame? Frame { get; private init; }
    public int Skip { get; private init; }

    /// <summary>Nothing follows.</summary>
    public ApiError? Error { get; private init; }

    public static Step Waiting => default;

    public static Step Tokens(Frame frame, int skip) => new() { Frame = frame, Skip = skip };

    public static Step Failed(ApiError error) => new() { Error = error };
}
