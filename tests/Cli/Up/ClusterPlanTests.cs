using System.Net;
using Platform.Cli.Up.Cluster;

namespace Platform.Cli.Tests.Up;

public sealed class ClusterPlanTests
{
    private static readonly IReadOnlyList<ClusterProcess> Plan = new ClusterPlan
    {
        Size = new ClusterSize(Gateways: 2, Silos: 2, LlamaWorkers: 1, OnnxWorkers: 1), FolderOf = project => "/built/" + project, Database = "Host=db", Broker = "amqp://broker", Catalog = "catalog.json",
        OperatorFile = "models.json", Credentials = "credentials.json", Natives = "/natives", Bind = IPAddress.Any, Port = 21_000, Settings = new Dictionary<string, string> { ["Gateway:DrainSeconds"] = "3" },
    }.Make();

    [Fact]
    public void Gateways_come_first_and_the_page_last() =>
        Assert.Equal(["gateway-1", "gateway-2", "silo-1", "silo-2", "llama-worker-1", "onnx-worker-1", "ledger", "console"], Plan.Select(process => process.Name));

    [Fact]
    public void No_port_is_given_twice_and_the_first_gateway_has_the_one_that_was_asked_for()
    {
        var ports = Plan.SelectMany(process => process.Command.Environment).Where(setting => setting.Key.StartsWith("Platform__", StringComparison.Ordinal) && setting.Key.EndsWith("Port", StringComparison.Ordinal)).Select(setting => setting.Value).ToList();
        Assert.Equal(ports.Count, ports.Distinct().Count());
        Assert.Equal("http://127.0.0.1:21000", Plan[0].Address);
    }

    [Fact]
    public void Each_knows_the_database_the_broker_and_the_catalogue_and_what_was_set_for_all()
    {
        Assert.All(Plan, process => Assert.Equal(
            ("Host=db", "amqp://broker", "catalog.json", "3"),
            (process.Command.Environment["Platform__Database__ConnectionString"], process.Command.Environment["Platform__RabbitMq__Uri"], process.Command.Environment["Platform__Catalog__File"], process.Command.Environment["Platform__Gateway__DrainSeconds"])));
        Assert.Equal("/built/Silo/Platform.Silo", Plan[2].Command.FileName);
    }
}
