using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Platform.Blobs;

/// <summary>Blobs as objects of an S3 bucket, Amazon's or a compatible one's.</summary>
public sealed class S3Blobs : IBlobStore, IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly S3Options _options;

    public S3Blobs(S3Options options)
    {
        _options = options;
        var config = new AmazonS3Config
        {
            // older compatible servers know no other checksums than MD5
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint.Length > 0) (config.ServiceURL, config.ForcePathStyle, config.AuthenticationRegion) = (options.Endpoint, true, options.Region);
        else config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        _client = options.AccessKey.Length > 0 ? new(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config) : new(config);
    }

    public async Task<BlobId> Put(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var id = BlobId.Of(content.Span);
        if (await Length(id, cancellation) is not null) return id;
        using var stream = new MemoryStream(content.ToArray(), writable: false);
        await _client.PutObjectAsync(new PutObjectRequest { BucketName = _options.Bucket, Key = Key(id), InputStream = stream, UseChunkEncoding = false, ContentType = "application/octet-stream" }, cancellation);
        return id;
    }

    public async Task<Stream?> Open(BlobId id, CancellationToken cancellation) =>
        await Length(id, cancellation) is { } length ? new S3Stream((from, token) => Read(id, from, length, token), length) : null;

    public Task Delete(BlobId id, CancellationToken cancellation) => _client.DeleteObjectAsync(_options.Bucket, Key(id), cancellation);

    public void Dispose() => _client.Dispose();

    private string Key(BlobId id) => $"{_options.Prefix}{id}";

    private async Task<long?> Length(BlobId id, CancellationToken cancellation)
    {
        try
        {
            return (await _client.GetObjectMetadataAsync(_options.Bucket, Key(id), cancellation)).ContentLength;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<Stream> Read(BlobId id, long from, long length, CancellationToken cancellation)
    {
        var answer = await _client.GetObjectAsync(new GetObjectRequest { BucketName = _options.Bucket, Key = Key(id), ByteRange = new ByteRange(from, length - 1) }, cancellation);
        return answer.ResponseStream;
    }
}
