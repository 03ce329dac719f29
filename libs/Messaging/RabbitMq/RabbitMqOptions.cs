using Microsoft.Extensions.Configuration;

namespace Platform.Messaging.RabbitMq;

/// <summary>Where the broker is.</summary>
internal sealed record RabbitMqOptions(Uri Uri)
{
    private const string Key = "Platform:RabbitMq:Uri";

    public static RabbitMqOptions From(IConfiguration configuration)
    {
        var text = configuration[Key] ?? "amqp://guest:guest@localhost:5672/";
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"
            ? new RabbitMqOptions(uri)
            : throw new InvalidOperationException($"{Key} must be amqp://user:password@host:port/vhost.");
    }
}
