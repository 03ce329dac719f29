using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Eventing.Usage;
using Platform.Grains.Quotas;

namespace Platform.Ledger.Recording;

/// <summary>At the start, tells the quotas again what was recorded last: a ledger that was killed may have died between recording and telling. A quota counts a sequence number once.</summary>
internal sealed partial class Retelling(SpentEvents events, QuotaSettlement quotas, TimeProvider time, ILogger<Retelling> log) : BackgroundService
{
    /// <summary>More than was in the hands of one ledger, and less than a quota remembers.</summary>
    private const int Newest = 8192;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var one in await events.Newest(Newest, stoppingToken))
                    quotas.Tell(one.ProjectId, new RecordedUsage(one.GenerationId, one.Sequence, one.KeyId, new Amount(one.Tokens, one.CostMicros), one.FinishedAt));
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotRead(log, e.Message);
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "What was recorded last could not be read yet: {Reason}")]
        public static partial void NotRead(ILogger log, string reason);
    }
}
