using Microsoft.AspNetCore.Http.Features;

namespace Platform.Gateway.Requests;

internal static class RequestBody
{
    /// <summary>Reads the whole body, whatever its content type says. Throws <see cref="BadHttpRequestException"/> when it is larger than the server allows.</summary>
    public static async Task<ReadOnlyMemory<byte>> Read(HttpContext http)
    {
        if (http.Request.ContentLength is { } length)
        {
            var limit = http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;
            if (length > limit) throw new BadHttpRequestException("The request body is too large.", StatusCodes.Status413PayloadTooLarge);
            var body = new byte[length];
            await http.Request.Body.ReadExactlyAsync(body, http.RequestAborted);
            return body;
        }

        using var collected = new MemoryStream();
        await http.Request.Body.CopyToAsync(collected, http.RequestAborted);
        return collected.GetBuffer().AsMemory(0, (int)collected.Length);
    }
}
