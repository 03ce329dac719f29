namespace Platform.Cli.Up.Cluster;

/// <summary>How many processes of a kind a platform has.</summary>
internal sealed record ClusterSize(int Gateways, int Silos, int LlamaWorkers, int OnnxWorkers);
