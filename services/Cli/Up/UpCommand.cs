using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Platform.Cli.Terminal;

namespace Platform.Cli.Up;

/// <summary>What <c>up</c> was asked for.</summary>
internal sealed record UpOptions(int Port, IPAddress Bind)
{
    /// <summary>Where this machine reaches what listens on <see cref="Bind"/>.</summary>
    public string Address
    {
        get
        {
            var host = Bind.Equals(IPAddress.Any) ? IPAddress.Loopback : Bind.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : Bind;
            return $"http://{new IPEndPoint(host, Port)}";
        }
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
        var detached = new Option<bool>(Detached) { Hidden = true };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 65535) result.AddError("--port: a number from 1 to 65535 is expected.");
        });

        var command = new Command("up", "Start the platform: its own PostgreSQL, the API, the page and the bundled model.") { detach, port, bind, detached };
        command.SetAction((parsed, cancellation) =>
        {
            var options = new UpOptions(parsed.GetValue(port), parsed.GetValue(bind)!);
            return parsed.GetValue(detached) ? DetachedUp.Serve(house, options, cancellation)
                : parsed.GetValue(detach) ? DetachedUp.Launch(house, options, cancellation)
                : ForegroundUp.Run(house, options, cancellation);
        });
        return command;
    }

    private static IPAddress? ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (IPAddress.TryParse(text == "localhost" ? "127.0.0.1" : text, out var address)) return address;
        result.AddError($"--bind: an IP address is expected, not \"{text}\".");
        return null;
    }
}
