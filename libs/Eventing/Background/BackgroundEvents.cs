namespace Platform.Eventing.Background;

/// <summary>A response was asked for that nobody waits for; appended before its client is answered.</summary>
public sealed record ResponseRequested(string ProjectId, string KeyId, string Model, DateTimeOffset At);

/// <summary>A gateway took it on; the attempt fences off those before it.</summary>
public sealed record ResponseClaimed(string Owner, int Attempt);

/// <summary>It came to its end, whatever that was: <c>completed</c>, <c>incomplete</c>, <c>failed</c>, <c>cancelled</c>.</summary>
public sealed record ResponseEnded(string Status);
