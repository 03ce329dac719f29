using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;

namespace Platform.Observability.Hosting;

/// <summary>A service as a process: built, run until SIGTERM, and what is wrong with its configuration said in one line.</summary>
public static class PlatformProcess
{
    /// <returns>The exit code: 0 after an orderly end, 1 when it could not start.</returns>
    public static async Task<int> Run(string service, Func<WebApplication> build)
    {
        try
        {
            await using var app = build();
            await app.RunAsync();
            return 0;
        }
        catch (Exception e) when (e is OptionsValidationException or InvalidOperationException or InvalidDataException or IOException || IsOurs(e))
        {
            await Console.Error.WriteLineAsync($"{service}: {e.Message}");
            return 1;
        }
    }

    /// <summary>Names the file, the setting or the value that is wrong.</summary>
    private static bool IsOurs(Exception e) => e.GetType().Namespace?.StartsWith("Platform.", StringComparison.Ordinal) is true;

    /// <summary>A builder that reads its settings beside the program, wherever that was started from.</summary>
    public static WebApplicationBuilder Builder(string[] args) => WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
}
