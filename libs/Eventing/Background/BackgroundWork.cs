namespace Platform.Eventing.Background;

/// <summary>A response in the background that somebody has to run.</summary>
/// <param name="Request">The request's body.</param>
/// <param name="Attempt">1 for the first; whoever holds a lower one has lost the work.</param>
public sealed record BackgroundWork(string Id, string ProjectId, string KeyId, byte[] Request, int Attempt);
