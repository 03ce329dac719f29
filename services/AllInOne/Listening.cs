using System.Net;

namespace Platform.AllInOne;

/// <summary>Where the API listens: <c>--urls</c>, else <c>Platform:Gateway:Bind</c> and <c>Platform:Gateway:Port</c>.</summary>
internal static partial class Listening
{
    private const string BindKey = "Platform:Gateway:Bind", PortKey = "Platform:Gateway:Port";

    public static WebApplicationBuilder AddListening(this WebApplicationBuilder builder)
    {
        builder.Services.AddHostedService<ReadyLine>();
        if (!string.IsNullOrEmpty(builder.Configuration["urls"])) return builder;
        var (bind, port) = (builder.Configuration[BindKey] ?? "127.0.0.1", builder.Configuration[PortKey] ?? "8080");
        if (!IPAddress.TryParse(bind, out var address)) throw new InvalidOperationException($"{BindKey} is {bind}; it must be an IP address.");
        if (!ushort.TryParse(port, out var number)) throw new InvalidOperationException($"{PortKey} is {port}; it must be 0 to 65535.");
        builder.WebHost.UseUrls($"http://{new IPEndPoint(address, number)}");
        return builder;
    }
}
