using Platform.Grains;
namespace Platform.Gateway.Errors;

/// <summary>Calls that die with the silo they went to: none is waited for longer than a live silo takes, and what may be asked twice is asked again, since another silo soon answers for it.</summary>
internal static class GrainCall
{
    /// <summary>Far longer than a grain takes while all is well, far shorter than a call to a dead silo.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Between two tries.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Longer than the cluster takes to miss a silo.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(10);

    public static async ValueTask<T> Repeated<T>(Func<ValueTask<T>> call, TimeProvider clock)
    {
        for (var since = clock.GetTimestamp(); ;)
        {
            try
            {
                return await call().AsTask().Within(Patience, clock);
            }
            catch (Exception e) when (Failure.IsOutage(e) && clock.GetElapsedTime(since) < Recovery)
            {
                await Task.Delay(Pause, clock);
            }
        }
    }
}
