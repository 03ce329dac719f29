using Platform.Cli.Up.Cluster;

namespace Platform.Scenarios.Tests.Cluster;

/// <summary>A cluster of two of each for a class of tests.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    internal TestCluster Cluster { get; private set; } = null!; // set before the first test

    public async ValueTask InitializeAsync() => Cluster = await TestCluster.Start(new ClusterSize(Gateways: 2, Silos: 2, LlamaWorkers: 2, OnnxWorkers: 0));

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
