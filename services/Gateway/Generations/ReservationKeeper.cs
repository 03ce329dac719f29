using Platform.Gateway.Embeddings;
using Platform.Grains.Pools;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Generations;

/// <summary>Offers what the live generations hold to its grains every 5 s: one that comes up fresh learns of it so, and what nobody offers any more lapses.</summary>
internal sealed partial class ReservationKeeper(LiveGenerations generations, LiveEmbeddings embeddings, IGrainFactory grains, TimeProvider clock, ILogger<ReservationKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await Offer();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the end
        }
    }

    private async Task Offer()
    {
        (string Project, Reservation? Reserved, string Model, HeldGrant? Held)[] live =
        [
            .. generations.All.Select(one => (one.ProjectId, one.Quota.IsReserved ? one.Quota.Live : null, one.Model.Id, one.Held)),
            .. embeddings.All.Select(one => (one.Request.Caller.ProjectId, one.IsReserved ? one.Reservation : null, one.Request.Model.Id, one.Held)),
        ];
        var reservations = live.Where(one => one.Reserved is not null).GroupBy(one => one.Project, one => one.Reserved!)
            .Select(project => grains.GetGrain<IProjectQuota>(project.Key).Offer([.. project]).AsTask());
        var grants = live.Where(one => one.Held is not null).GroupBy(one => one.Model, one => one.Held!)
            .Select(model => grains.GetGrain<IPool>(model.Key).Offer([.. model]).AsTask());
        try
        {
            await Task.WhenAll([.. reservations, .. grants]);
        }
        catch (Exception e)
        {
            Log.OfferFailed(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Reservations could not be offered and will be again")]
        public static partial void OfferFailed(ILogger logger, Exception exception);
    }
}
