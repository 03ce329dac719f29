using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>What the client gets to see of a generation: a stream, or one object at its end.</summary>
internal interface IAnswer
{
    ValueTask Show(Step step, CancellationToken cancellation);

    ValueTask End(Generation generation, CancellationToken cancellation);

    ValueTask Fail(ApiError error, CancellationToken cancellation);
}
