using System.Diagnostics;
using System.Globalization;
using Platform.Cli.Processes;

namespace Platform.Scenarios.Tests.Cluster;

/// <summary>Asks a cluster's RabbitMQ for its queues, from a node beside it: the broker runs without the plugins that tell.</summary>
internal static class BrokerQueues
{
    private const string Question = "[io:format(\"~ts ~p~n\", [element(4, proplists:get_value(name, Q)), proplists:get_value(messages, Q)]) "
        + "|| Q <- rpc:call('platform@localhost', rabbit_amqqueue, info_all, [<<\"/\">>, [name, messages]])], halt().";

    /// <summary>Messages of each queue by its name, those that are delivered and not acknowledged included.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> Read(ClusterMember broker)
    {
        // the environment of the server itself: its cookie, its own port mapper, and where its machine lies
        var server = SessionProcesses.Of(broker.Pid!.Value).First(process => File.ReadAllText($"/proc/{process}/comm").Trim() == "beam.smp");
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var variable in (await File.ReadAllTextAsync($"/proc/{server}/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = variable[..variable.IndexOf('=', StringComparison.Ordinal)];
            start.Environment[name] = variable[(name.Length + 1)..];
        }

        start.FileName = Path.Combine(start.Environment["BINDIR"]!, "erlexec"); // its own script exports it
        foreach (var argument in (string[])["-noinput", "-hidden", "-sname", $"reader-{Environment.ProcessId}@localhost", "-kernel", "inet_dist_use_interface", "{127,0,0,1}", "-eval", Question]) start.ArgumentList.Add(argument);
        using var reader = Process.Start(start)!; // never null without the shell
        var (told, trouble) = (reader.StandardOutput.ReadToEndAsync(), reader.StandardError.ReadToEndAsync());
        await reader.WaitForExitAsync();
        if (reader.ExitCode != 0) throw new InvalidOperationException($"RabbitMQ did not tell its queues: {await told} {await trouble}");
        return (await told).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(line => line[0], line => int.Parse(line[^1], CultureInfo.InvariantCulture));
    }
}
