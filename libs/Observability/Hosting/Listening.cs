using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.Observability.Hosting;

/// <summary>Where a service listens: <c>--urls</c>, else <c>Platform:{section}:Bind</c> and <c>Platform:{section}:Port</c>.</summary>
public static class Listening
{
    /// <param name="section"><c>Gateway</c>, <c>Console</c>; <c>Health</c> for a service that answers nothing else.</param>
    public static WebApplicationBuilder AddListening(this WebApplicationBuilder builder, string section, int defaultPort)
    {
        builder.Services.AddHostedService<ReadyLine>();
        if (!string.IsNullOrEmpty(builder.Configuration["urls"])) return builder;
        var (bindKey, portKey) = ($"Platform:{section}:Bind", $"Platform:{section}:Port");
        var (bind, port) = (builder.Configuration[bindKey] ?? "127.0.0.1", builder.Configuration[portKey] ?? defaultPort.ToString(CultureInfo.InvariantCulture));
        if (!IPAddress.TryParse(bind, out var address)) throw new InvalidOperationException($"{bindKey} is {bind}; it must be an IP address.");
        if (!ushort.TryParse(port, out var number)) throw new InvalidOperationException($"{portKey} is {port}; it must be 0 to 65535.");
        builder.WebHost.UseUrls($"http://{new IPEndPoint(address, number)}");
        return builder;
    }
}
