using Platform.Cli.Up.Cluster;
using Platform.Scenarios.Tests.Cluster;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>A cluster of two of each, in which every way to RabbitMQ and PostgreSQL can be cut.</summary>
public sealed class ChaosFixture : IAsyncLifetime
{
    internal TestCluster Cluster { get; private set; } = null!; // set before the first test

    public async ValueTask InitializeAsync() => Cluster = await TestCluster.Start(new ClusterSize(Gateways: 2, Silos: 2, LlamaWorkers: 2, OnnxWorkers: 0), bundled: ChaosPlan.SmolLmClients > 0, links: true);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
