using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using Platform.Cli.Processes;

namespace Platform.Cli.Up;

/// <summary>The platform's own RabbitMQ.</summary>
internal sealed class RabbitMqService
{
    private readonly int _port;

    public RabbitMqService(House house, int port, Action<string> say)
    {
        _port = port;
        if (!File.Exists(house.BrokerPassword)) SecretFile.Write(house.BrokerPassword, RandomNumberGenerator.GetHexString(32, lowercase: true));
        var password = File.ReadAllText(house.BrokerPassword);
        Address = $"amqp://platform:{password}@127.0.0.1:{port}/";
        var command = new ProcessStartInfo(house.RunRabbitMq, [house.Broker, $"{port}"]) { Environment = { ["RABBITMQ_PASSWORD"] = password } };
        Service = new Service("RabbitMQ", command, atDeath: "TERM", grace: TimeSpan.FromSeconds(30), new LogFile(house.Log("rabbitmq")), say);
    }

    public Service Service { get; }

    /// <summary>With user and password.</summary>
    public string Address { get; }

    public Task<bool> Answers(CancellationToken cancellation) => Answers(_port, cancellation);

    /// <summary>An AMQP server answers its own header with its first frame, but only once it has started.</summary>
    public static async Task<bool> Answers(int port, CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, cancellation);
            await client.GetStream().WriteAsync("AMQP\0\0\x09\x01"u8.ToArray(), cancellation);
            return await client.GetStream().ReadAsync(new byte[1], cancellation) == 1;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
