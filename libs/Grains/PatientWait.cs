namespace Platform.Grains;

/// <summary>Waits no longer than it is worth. What a call that was given up throws later is nobody's concern any more.</summary>
public static class PatientWait
{
    /// <exception cref="TimeoutException">It is not done within <paramref name="patience"/>.</exception>
    public static async Task<T> Within<T>(this Task<T> task, TimeSpan patience, TimeProvider clock, CancellationToken cancellation = default)
    {
        try
        {
            return await task.WaitAsync(patience, clock, cancellation);
        }
        catch
        {
            GiveUp(task);
            throw;
        }
    }

    /// <inheritdoc cref="Within{T}(Task{T}, TimeSpan, TimeProvider, CancellationToken)"/>
    public static async Task Within(this Task task, TimeSpan patience, TimeProvider clock, CancellationToken cancellation = default)
    {
        try
        {
            await task.WaitAsync(patience, clock, cancellation);
        }
        catch
        {
            GiveUp(task);
            throw;
        }
    }

    private static void GiveUp(Task task) =>
        task.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
