using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Eventing.Webhooks;
using Platform.Outbound;

namespace Platform.Ledger.Webhooks;

/// <summary>Configuration section <c>Platform:Webhooks</c>.</summary>
public sealed record WebhookOptions
{
    public const string Section = "Platform:Webhooks";

    /// <summary>Pause before the second attempt; each later one is four times as long, up to 12 hours.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(5);

    public int MostAttempts { get; init; } = 10;

    /// <summary>For an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether endpoints on private addresses are told too.</summary>
    public bool AllowPrivateAddresses { get; init; }
}

/// <summary>Tells endpoints what is due to them, signed as Standard Webhooks ask (standardwebhooks.com), at least once.</summary>
internal sealed partial class WebhookSender(WebhookStore store, IOptions<WebhookOptions> options, TimeProvider clock, ILogger<WebhookSender> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly HttpClient _client = GuardedHttp.Create(redirects: 0, options.Value.AllowPrivateAddresses, options.Value.Timeout);

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await Task.WhenAll((await store.TakeDue(32, options.Value.FirstPause, stoppingToken)).Select(delivery => Deliver(delivery, stoppingToken)));
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.NothingTaken(logger, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the end: what is due stays due
        }
    }

    private async Task Deliver(WebhookDelivery delivery, CancellationToken cancellation)
    {
        try
        {
            using var request = Sign(delivery);
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.IsSuccessStatusCode) await store.Done(delivery, cancellation);
            else await Failed(delivery, $"status {(int)answer.StatusCode}", answer.StatusCode == HttpStatusCode.Gone, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            await Failed(delivery, e.InnerException?.Message ?? e.Message, false, cancellation);
        }
    }

    private HttpRequestMessage Sign(WebhookDelivery delivery)
    {
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var key = Convert.FromBase64String(delivery.Secret["whsec_".Length..]);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{delivery.EventId}.{timestamp}.{delivery.Body}")));
        var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", delivery.EventId);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1,{signature}");
        return request;
    }

    private async Task Failed(WebhookDelivery delivery, string reason, bool forGood, CancellationToken cancellation)
    {
        if (!forGood && delivery.Attempts < options.Value.MostAttempts)
        {
            Log.NotDelivered(logger, delivery.EventId, delivery.EndpointId, delivery.Attempts, reason);
            return;
        }

        Log.GivenUp(logger, delivery.EventId, delivery.EndpointId, delivery.Attempts, reason);
        await store.Done(delivery, cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{EventId} was not delivered to {EndpointId} in attempt {Attempt} and will be tried again: {Reason}")]
        public static partial void NotDelivered(ILogger logger, string eventId, string endpointId, int attempt, string reason);

        [LoggerMessage(2, LogLevel.Error, "{EventId} is not delivered to {EndpointId} after {Attempts} attempts: {Reason}")]
        public static partial void GivenUp(ILogger logger, string eventId, string endpointId, int attempts, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Due webhooks could not be read and will be again: {Reason}")]
        public static partial void NothingTaken(ILogger logger, string reason);
    }
}
