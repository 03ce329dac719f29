using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Platform.Fixtures;

/// <summary>One RabbitMQ for the whole test process: the one PLATFORM_TEST_RABBITMQ names, else one of its own that lives as long as the process.</summary>
public static class RabbitMqServer
{
    private static readonly Lazy<Task<Uri>> Shared = new(Start);

    /// <summary>Held, since the broker lives as long as the pipe to it is open.</summary>
    private static Process? shell;

    public static Task<Uri> Address => Shared.Value;

    private static async Task<Uri> Start()
    {
        var given = Environment.GetEnvironmentVariable("PLATFORM_TEST_RABBITMQ");
        if (!string.IsNullOrEmpty(given)) return new Uri(given);

        var data = Path.Combine(Path.GetTempPath(), $"platform-test-rabbitmq-{Guid.NewGuid():N}");
        var port = FreePort();
        shell = Run(data, port);
        await WaitUntilItAnswers(port, shell, data);
        return new Uri($"amqp://guest:guest@127.0.0.1:{port}/");
    }

    /// <summary>The shell holds the read end of a pipe from this process, so that the broker goes down however this process ends.</summary>
    private static Process Run(string data, int port)
    {
        const string script = """
            exec 3<&0
            "$1" "$2" "$3" </dev/null >"$2.log" 2>&1 & server=$!
            (read -r _ <&3; kill -TERM $server; rm -f "$2.log") &
            wait $server
            rm -rf "$2"
            """;
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true };
        foreach (var argument in (string[])["-c", script, "rabbitmq", RunScript(), data, $"{port}"]) start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
    }

    private static async Task WaitUntilItAnswers(int port, Process server, string data)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                await client.GetStream().WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray());
                if (await client.GetStream().ReadAsync(new byte[1]) == 1) return;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                if (server.HasExited || patience.Elapsed > TimeSpan.FromMinutes(2))
                    throw new InvalidOperationException($"RabbitMQ did not start: {(File.Exists($"{data}.log") ? await File.ReadAllTextAsync($"{data}.log") : "")}", e);
            }

            await Task.Delay(50);
        }
    }

    private static string RunScript()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "infra/rabbitmq/run");
            if (File.Exists(script)) return script;
        }

        throw new FileNotFoundException($"infra/rabbitmq/run lies in no folder above {AppContext.BaseDirectory}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
