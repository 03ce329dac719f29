using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>What the client gets to see of several generations in one answer. Its members are called one at a time.</summary>
internal interface ISharedAnswer
{
    /// <param name="index">Which of the generations it is.</param>
    ValueTask Show(int index, Step step, CancellationToken cancellation);

    /// <summary>One of them has ended and is recorded.</summary>
    ValueTask End(int index, CancellationToken cancellation);

    /// <summary>All of them have.</summary>
    ValueTask End(CancellationToken cancellation);

    ValueTask Fail(ApiError error, CancellationToken cancellation);
}
