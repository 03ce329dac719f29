using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.Gateway.Requests;

internal static class RequestBody
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads the whole body, whatever its content type says, unpacked and without a byte order mark. Throws <see cref="BadHttpRequestException"/> when it is larger than the server allows, or packed in a way it does not know.</summary>
    public static async Task<ReadOnlyMemory<byte>> Read(HttpContext http)
    {
        var limit = http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? long.MaxValue;
        if (http.Request.ContentLength > limit) throw TooLarge();
        var body = http.Request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? await Unpacked(http, encoding, limit)
            : await Plain(http);
        return body.Span.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
    }

    private static async Task<ReadOnlyMemory<byte>> Plain(HttpContext http)
    {
        if (http.Request.ContentLength is { } length)
        {
            var body = new byte[length];
            await http.Request.Body.ReadExactlyAsync(body, http.RequestAborted);
            return body;
        }

        using var collected = new MemoryStream();
        await http.Request.Body.CopyToAsync(collected, http.RequestAborted);
        return collected.GetBuffer().AsMemory(0, (int)collected.Length);
    }

    private static async Task<ReadOnlyMemory<byte>> Unpacked(HttpContext http, string encoding, long limit)
    {
        await using Stream unpacking = encoding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(http.Request.Body, CompressionMode.Decompress),
            "br" => new BrotliStream(http.Request.Body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(http.Request.Body, CompressionMode.Decompress),
            _ => throw new BadHttpRequestException($"Bodies in '{encoding}' are not read here: send gzip, br, deflate, or the body as it is.", StatusCodes.Status415UnsupportedMediaType),
        };
        try
        {
            using var collected = new MemoryStream();
            var part = new byte[81920];
            while (await unpacking.ReadAsync(part, http.RequestAborted) is > 0 and var read)
            {
                if (collected.Length + read > limit) throw TooLarge();
                collected.Write(part.AsSpan(0, read));
            }

            return collected.GetBuffer().AsMemory(0, (int)collected.Length);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException) // the latter is Brotli's
        {
            throw new BadHttpRequestException($"The request body is not what its Content-Encoding '{encoding}' says.");
        }
    }

    private static BadHttpRequestException TooLarge() => new("The request body is too large.", StatusCodes.Status413PayloadTooLarge);
}
