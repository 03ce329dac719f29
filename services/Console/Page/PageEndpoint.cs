using System.Reflection;

namespace Platform.WebConsole.Page;

internal static class PageEndpoint
{
    /// <summary>Everything the page needs comes from here: no other origin, no inline script.</summary>
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapPage(this WebApplication app)
    {
        app.Map("/", "index.html", "text/html; charset=utf-8");
        app.Map("/console/console.css", "console.css", "text/css; charset=utf-8");
        app.Map("/console/console.js", "console.js", "text/javascript; charset=utf-8");
        app.Map("/console/videos.js", "videos.js", "text/javascript; charset=utf-8");
        app.Map("/favicon.ico", "icon.svg", "image/svg+xml");
    }

    private static void Map(this WebApplication app, string path, string resource, string type)
    {
        var content = Read(resource);
        app.MapGet(path, (HttpContext http) =>
        {
            http.Response.Headers.ContentSecurityPolicy = Policy;
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers.CacheControl = "no-cache";
            http.Response.Headers["Referrer-Policy"] = "no-referrer";
            return Results.Bytes(content, type);
        }).ExcludeFromDescription();
    }

    private static byte[] Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"The console was built without its {resource}.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
