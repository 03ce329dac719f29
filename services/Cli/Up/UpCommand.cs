using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Platform.Cli.Terminal;
using Platform.Cli.Up.Cluster;

namespace Platform.Cli.Up;

/// <summary>What <c>up</c> was asked for.</summary>
/// <param name="Processes">Null: everything in one process.</param>
internal sealed record UpOptions(int Port, IPAddress Bind, ClusterSize? Processes = null)
{
    public string Address => AddressOf(Bind, Port);

    /// <summary>As they stand on the command line.</summary>
    public IEnumerable<string> Arguments() =>
        [
            "--port", $"{Port}", "--bind", $"{Bind}",
            .. Processes is { } size ? (string[])["--processes", "--gateways", $"{size.Gateways}", "--silos", $"{size.Silos}", "--llama-workers", $"{size.LlamaWorkers}", "--onnx-workers", $"{size.OnnxWorkers}"] : [],
        ];

    /// <summary>Where this machine reaches what listens there.</summary>
    public static string AddressOf(IPAddress bind, int port)
    {
        var host = bind.Equals(IPAddress.Any) ? IPAddress.Loopback : bind.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : bind;
        return $"http://{new IPEndPoint(host, port)}";
    }
}

internal static class UpCommand
{
    public const string Detached = "--detached";

    public static Command Create(House house)
    {
        var detach = new Option<bool>("-d", "--detach") { Description = "Return once the platform is ready; ./platform down stops it." };
        var port = new Option<int>("--port") { Description = "Port of the API and the page.", DefaultValueFactory = _ => 8080 };
        var bind = new Option<IPAddress>("--bind") { Description = "Address to listen on.", DefaultValueFactory = _ => IPAddress.Loopback, CustomParser = ParseAddress };
        var processes = new Option<bool>("--processes") { Description = "Every service a process of its own, over RabbitMQ." };
        var (gateways, silos) = (Count("--gateways", "gateways, each on a port of its own"), Count("--silos", "silos"));
        var (llamaWorkers, onnxWorkers) = (Count("--llama-workers", "workers, each with every chat model"), Count("--onnx-workers", "workers, each with every model of another kind", least: 0));
        var detached = new Option<bool>(Detached) { Hidden = true };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 65535) result.AddError("--port: a number from 1 to 65535 is expected.");
        });

        var command = new Command("up", "Start the platform: its own PostgreSQL, the API, the page and the bundled model.") { detach, port, bind, processes, gateways, silos, llamaWorkers, onnxWorkers, detached };
        command.SetAction((parsed, cancellation) =>
        {
            var size = new ClusterSize(parsed.GetValue(gateways), parsed.GetValue(silos), parsed.GetValue(llamaWorkers), parsed.GetValue(onnxWorkers));
            var options = new UpOptions(parsed.GetValue(port), parsed.GetValue(bind)!, parsed.GetValue(processes) ? size : null);
            return parsed.GetValue(detached) ? DetachedUp.Serve(house, options, cancellation)
                : parsed.GetValue(detach) ? DetachedUp.Launch(house, options, cancellation)
                : ForegroundUp.Run(house, options, cancellation);
        });
        return command;
    }

    private static Option<int> Count(string name, string what, int least = 1)
    {
        var option = new Option<int>(name) { Description = $"With --processes: {what}.", DefaultValueFactory = _ => 1 };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count && (count < least || count > 16)) result.AddError($"{name}: a number from {least} to 16 is expected.");
        });
        return option;
    }

    private static IPAddress? ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (IPAddress.TryParse(text == "localhost" ? "127.0.0.1" : text, out var address)) return address;
        result.AddError($"--bind: an IP address is expected, not \"{text}\".");
        return null;
    }
}
