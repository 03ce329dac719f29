using System.Collections.Concurrent;
using Platform.Eventing.Videos;

namespace Platform.OnnxWorker.Videos;

/// <summary>
/// The jobs of one model on this worker. A message only says that there is something to do; what is taken is the oldest job that waits, from the database,
/// and a lane that has become free looks there before it waits for the next message.
/// </summary>
internal sealed partial class VideoLane(VideoModel model, VideoReader reader, VideoJobs jobs, VideoRenderer renderer, VideoOptions options, string worker, ILogger logger) : IAsyncDisposable
{
    /// <summary>How long a message may wait for this lane; whoever sent it sends it again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _slots = new(model.Entry.Slots);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, (CancellationTokenSource Cancel, Task Run)> _running = new();

    public VideoModel Model => model;

    /// <summary>Returns when a job has been started, or there is none: then the message may be acknowledged.</summary>
    public async Task Serve(CancellationToken cancellation)
    {
        if (!await _slots.WaitAsync(Patience, cancellation)) return;
        VideoJob? job = null;
        try
        {
            // a slot that has become free because the lane ends is none
            if (!_stopping.IsCancellationRequested) job = await Take(cancellation);
        }
        finally
        {
            if (job is null) _slots.Release();
        }

        if (job is not null) Begin(job);
    }

    public void Cancel(string videoId)
    {
        if (_running.TryGetValue(videoId, out var running)) running.Cancel.Cancel();
    }

    /// <summary>Gives back what runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Values.Select(running => running.Run));
        model.Dispose();
    }

    private void Begin(VideoJob job)
    {
        var cancel = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[job.Id] = (cancel, begun.Task);
        _ = Task.Run(async () =>
        {
            try
            {
                Log.Started(logger, job.Id, job.Run, model.Entry.Id);
                await renderer.Render(model, job, _stopping.Token, cancel.Token);
                if (!_stopping.IsCancellationRequested && await Take(CancellationToken.None) is { } next) Begin(next);
                else _slots.Release();
            }
            catch (Exception e)
            {
                Log.LaneFailed(logger, job.Id, e.Message);
                _slots.Release();
            }
            finally
            {
                _running.TryRemove(new(job.Id, (cancel, begun.Task)));
                cancel.Dispose();
                begun.SetResult();
            }
        });
    }

    private async Task<VideoJob?> Take(CancellationToken cancellation)
    {
        while (await reader.Next(model.Entry.Id, cancellation) is { } next)
        {
            if (next.Run >= options.MostRuns)
            {
                await jobs.Fail(next, "server_error", $"The video was begun {next.Run} times and never finished.", cancellation);
                continue;
            }

            if (await jobs.Start(next, worker, options.Lease, cancellation) is { } started) return started;
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{VideoId} started, run {Run} on {Model}")]
        public static partial void Started(ILogger logger, string videoId, int run, string model);

        [LoggerMessage(2, LogLevel.Warning, "After {VideoId} no next job could be taken: {Reason}")]
        public static partial void LaneFailed(ILogger logger, string videoId, string reason);
    }
}
