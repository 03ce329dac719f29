using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Platform.Blobs;

public static class BlobRegistration
{
    /// <summary>Adds <see cref="IBlobStore"/> from the section <c>Platform:Blobs</c>: a bucket where one is named, else a folder.</summary>
    public static IHostApplicationBuilder AddBlobs(this IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(BlobOptions.Section).Get<BlobOptions>() ?? new BlobOptions();
        if (options.S3 is { Bucket.Length: 0 }) throw new InvalidOperationException($"{BlobOptions.Section}:S3:Bucket is missing: name the bucket, or leave S3 out to keep blobs in a folder.");
        builder.Services.TryAddSingleton<IBlobStore>(_ => options.S3 is { } s3 ? new S3Blobs(s3) : new FolderBlobs(options.FolderOrDefault()));
        return builder;
    }
}
