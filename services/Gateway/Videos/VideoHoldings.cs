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
            await grains.GetGrain<IProjectQuota>(job.ProjectId).Settle(job.Id, 0, nothingToRecord: true);
        }
        catch (Exception e) when (Failure.IsOutage(e))
        {
            // the reservation lapses
        }
    }

    /// <summary>Deletes the blobs that no job refers to.</summary>
    public async Task Erase(IEnumerable<string> ids, CancellationToken cancellation)
    {
        foreach (var id in ids)
        {
            if (!await reader.IsReferenced(id, cancellation)) await blobs.Delete(BlobId.Parse(id), cancellation);
        }
    }
}
