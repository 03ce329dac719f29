using Platform.Blobs;
using Platform.Eventing.Videos;
using Platform.Gateway.Errors;
using Platform.Grains.Quotas;

namespace Platform.Gateway.Videos;

/// <summary>What a job holds beside its row, let go when the row is not there or needs it no more: its reservation and its blobs.</summary>
internal sealed class VideoHoldings(VideoReader reader, IBlobStore blobs, IGrainFactory grains)
{
    public async Task GiveBack(VideoJob job)
    {
        try
        {
            await grains.GetGrain<IProjectQuota>(job.ProjectId).Settle(job.Id, default, nothingToRecord: true);
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            // the reservation lapses
        }
    }

    /// <summary>Deletes those of the blobs that no job refers to.</summary>
    public Task Erase(IEnumerable<string> ids, CancellationToken cancellation) => reader.EraseUnreferenced(ids, blobs, cancellation);
}
