using Platform.Blobs;
using Platform.Eventing.Videos;

namespace Platform.OnnxWorker.Videos;

/// <summary>Holds a job while its run lives: renews its lease with its real progress and keeps checkpoints and previews. A job that is not this run's any more is cancelled at once.</summary>
internal sealed partial class VideoLease : IAsyncDisposable
{
    private readonly VideoJob _job;
    private readonly VideoJobs _jobs;
    private readonly IBlobStore _blobs;
    private readonly TimeSpan _length;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _run, _over = new();
    private readonly SemaphoreSlim _news = new(0, 1);
    private readonly Task _renewing;
    private BlobId? _keptCheckpoint, _keptPreview;
    private volatile byte[]? _checkpoint, _preview;
    private volatile int _progress;

    /// <param name="run">Cancelled when the job is lost.</param>
    public VideoLease(VideoJob job, VideoJobs jobs, IBlobStore blobs, TimeSpan length, CancellationTokenSource run, ILogger logger)
    {
        (_job, _jobs, _blobs, _length, _run, _logger, _progress) = (job, jobs, blobs, length, run, logger, job.Progress);
        if (BlobId.TryParse(job.Checkpoint, out var checkpoint)) _keptCheckpoint = checkpoint;
        if (BlobId.TryParse(job.Preview, out var preview)) _keptPreview = preview;
        _renewing = Task.Run(Renew);
    }

    /// <summary>Whether the job was cancelled, deleted or taken over.</summary>
    public bool IsLost { get; private set; }

    public void Report(int progress, byte[]? checkpoint = null, byte[]? preview = null)
    {
        _progress = Math.Max(_progress, progress);
        if (checkpoint is not null) _checkpoint = checkpoint;
        if (preview is not null) _preview = preview;
        if (_news.CurrentCount == 0) _news.Release();
    }

    /// <summary>Stops renewing, once what is being written is written.</summary>
    public async Task Stop()
    {
        await _over.CancelAsync();
        await _renewing;
    }

    /// <summary>Throws away checkpoints and previews; nobody will ask for them any more.</summary>
    public async Task Forget(CancellationToken cancellation)
    {
        if (_keptCheckpoint is { } checkpoint) await _blobs.Delete(checkpoint, cancellation);
        if (_keptPreview is { } preview) await _blobs.Delete(preview, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _over.Dispose();
        _news.Dispose();
    }

    private async Task Renew()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                await RenewOnce();
                if (IsLost) return;
                await _news.WaitAsync(_length / 3, _over.Token);
                await Task.Delay(100, _over.Token); // steps may be many and short
            }
            catch (OperationCanceledException) when (_over.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.LeaseNotRenewed(_logger, _job.Id, e.Message);
                await Task.Delay(500, CancellationToken.None);
            }
        }
    }

    private async Task RenewOnce()
    {
        var (checkpoint, preview) = (_checkpoint, _preview);
        BlobId? newCheckpoint = checkpoint is null ? null : await _blobs.Put(checkpoint, CancellationToken.None);
        BlobId? newPreview = preview is null ? null : await _blobs.Put(preview, CancellationToken.None);
        var mine = await _jobs.Renew(_job, _length, _progress, newCheckpoint?.ToString(), newPreview?.ToString(), CancellationToken.None);
        if (checkpoint is not null) Interlocked.CompareExchange(ref _checkpoint, null, checkpoint);
        if (preview is not null) Interlocked.CompareExchange(ref _preview, null, preview);
        if (!mine)
        {
            IsLost = true;
            if (newCheckpoint is { } useless) await _blobs.Delete(useless, CancellationToken.None);
            if (newPreview is { } unseen) await _blobs.Delete(unseen, CancellationToken.None);
            await _run.CancelAsync();
            return;
        }

        _keptCheckpoint = await Replace(_keptCheckpoint, newCheckpoint);
        _keptPreview = await Replace(_keptPreview, newPreview);
    }

    private async Task<BlobId?> Replace(BlobId? old, BlobId? fresh)
    {
        if (fresh is null) return old;
        if (old is { } replaced && replaced != fresh) await _blobs.Delete(replaced, CancellationToken.None);
        return fresh;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The lease of {VideoId} could not be renewed and will be again: {Reason}")]
        public static partial void LeaseNotRenewed(ILogger logger, string videoId, string reason);
    }
}
