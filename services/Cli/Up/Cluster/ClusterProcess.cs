using System.Diagnostics;

namespace Platform.Cli.Up.Cluster;

/// <summary>The order is the one in which they stop: who takes work first, who keeps what it came to last.</summary>
internal enum ProcessKind { Gateway, Worker, Ledger, Silo }

/// <summary>One process of the platform, with a name nobody else has, and where it tells its health and figures.</summary>
internal sealed record ClusterProcess(string Name, ProcessKind Kind, ProcessStartInfo Command, string Address, int MetricsPort);
