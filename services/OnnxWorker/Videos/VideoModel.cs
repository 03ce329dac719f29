using Platform.Catalog;
using Platform.Inference.Onnx;
using Platform.Video.Wan;

namespace Platform.OnnxWorker.Videos;

/// <summary>A video model of the catalogue, opened.</summary>
internal sealed class VideoModel(CatalogModel entry, WanPipeline pipeline, LatentPreview? preview) : IDisposable
{
    /// <summary>As the catalogue has it now; its files are those that were opened.</summary>
    public CatalogModel Entry { get; set; } = entry;

    public WanPipeline Pipeline => pipeline;
    public LatentPreview? Preview => preview;

    /// <exception cref="CatalogException">A file is not the one the catalogue names.</exception>
    /// <exception cref="InvalidDataException">The folder is no model.</exception>
    public static async Task<VideoModel> Open(ModelCatalog catalog, CatalogModel entry, int? cuda, CancellationToken cancellation)
    {
        await catalog.VerifyAsync(entry, cancellation);
        var folder = Path.GetDirectoryName(catalog.PathOf(entry, entry.Files[0]))!; // a file lies in a folder
        var threads = entry.Threads ?? Math.Max(1, Environment.ProcessorCount - 1);
        return new(entry, WanPipeline.Load(folder, new OnnxOptions(threads, cuda)), LatentPreview.Load(folder));
    }

    public void Dispose() => pipeline.Dispose();
}
