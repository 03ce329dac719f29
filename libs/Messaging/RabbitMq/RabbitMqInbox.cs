using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Generations;
using Platform.Messaging.Frames;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Platform.Messaging.RabbitMq;

/// <summary>A gateway's exclusive queue of frames; it goes with the gateway.</summary>
internal sealed partial class RabbitMqInbox(RabbitMqConnection connection, ILogger<RabbitMqInbox> logger) : IFrameInbox, IHostedService
{
    private readonly Mailboxes _mailboxes = new();

    public string Address { get; } = PublicId.New("frames-");

    public FrameMailbox Open(string generationId) => _mailboxes.Open(generationId);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var channel = await connection.OpenChannel(cancellationToken);
        await channel.QueueDeclareAsync(Address, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += Received;
        await channel.BasicConsumeAsync(Address, autoAck: true, consumer, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task Received(object sender, BasicDeliverEventArgs delivery)
    {
        try
        {
            _mailboxes.Post(FrameCodec.Read(delivery.Body.Span));
        }
        catch (InvalidDataException e)
        {
            Log.FrameNotRead(logger, e.Message);
        }

        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A frame was dropped: {Reason}")]
        public static partial void FrameNotRead(ILogger logger, string reason);
    }
}
