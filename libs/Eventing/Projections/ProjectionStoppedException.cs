namespace Platform.Eventing.Projections;

/// <summary>The projections run no more though nobody stopped them; the leader starts them again.</summary>
internal sealed class ProjectionStoppedException(string reason) : Exception(reason);
