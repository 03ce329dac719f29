namespace Platform.Gateway.Requests;

/// <summary>llama.cpp's server and vLLM answer some paths without the version, and clients written for them ask there.</summary>
internal static class UnversionedPaths
{
    private static readonly PathString[] Known = ["/chat/completions", "/completions", "/embeddings", "/models", "/responses", "/rerank", "/tokenize", "/detokenize", "/apply-template"];

    /// <summary>Must stand before routing.</summary>
    public static void UseUnversionedPaths(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (Array.Exists(Known, path => http.Request.Path.StartsWithSegments(path))) http.Request.Path = "/v1" + http.Request.Path;
        return next(http);
    });
}
