using Platform.Contracts.Generations;
using Platform.Gateway.Errors;

namespace Platform.Gateway.Draining;

internal static class DrainRegistration
{
    public static void AddDraining(this IServiceCollection services)
    {
        services.AddOptions<DrainOptions>().BindConfiguration(DrainOptions.Section)
            .Validate(options => options.DrainSeconds is >= 0 and <= 300, $"{DrainOptions.Section}:DrainSeconds must be 0 to 300.").ValidateOnStart();
        services.AddHostedService<Drain>();
    }

    /// <summary>
    /// While the process stops, no connection is kept and what would begin new work is sent elsewhere. While what has ended can't be recorded and there is
    /// no room to keep more of it, new work is refused before it begins.
    /// </summary>
    public static void UseDraining(this IApplicationBuilder app)
    {
        var stopping = app.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var ledger = app.ApplicationServices.GetRequiredService<IGenerationLedger>();
        app.Use(next => http =>
        {
            if (stopping.IsCancellationRequested) http.Response.Headers.Connection = "close";
            else if (ledger.HasRoom) return next(http);
            if (!HttpMethods.IsPost(http.Request.Method) || !http.Request.Path.StartsWithSegments("/v1")) return next(http);
            return (stopping.IsCancellationRequested ? Drain.Stopping : Drain.LedgerFull).Write(http);
        });
    }
}
