namespace Platform.Eventing.Appending;

/// <summary>An append that no retry can save. The message names the kind of failure only: the database's own text may quote values.</summary>
public sealed class AppendRefusedException(string stream, string failure) : Exception($"The database refused the append to stream '{stream}': {failure}.");
